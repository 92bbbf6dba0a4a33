import type { AnyTool } from '../tool.ts'
import { proposeTool } from './propose.ts'
import { recordDecisionTool } from './record-decision.ts'
import { voteTool } from './vote.ts'

/** How a conductor judges, and a team decides. */
export const decideTools: readonly AnyTool[] = [proposeTool, voteTool, recordDecisionTool]
