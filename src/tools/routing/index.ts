import type { AnyTool } from '../tool.ts'
import { setPolicyTool } from './set-policy.ts'

/** How work finds its worker: models, policies, explanations, tuning. */
export const routingTools: readonly AnyTool[] = [setPolicyTool]
