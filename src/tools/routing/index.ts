import type { AnyTool } from '../tool.ts'
import { tuneTool } from './tune.ts'

/** How work finds its worker: models, policies, explanations, tuning. */
export const routingTools: readonly AnyTool[] = [tuneTool]
