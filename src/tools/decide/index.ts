import type { AnyTool } from '../tool.ts'
import { orchestrateTool } from './orchestrate.ts'

/** Ways to run a team, and judging what comes back. */
export const decideTools: readonly AnyTool[] = [orchestrateTool]
