import type { AnyTool } from '../tool.ts'
import { evaluateResultsTool } from './evaluate-results.ts'
import { orchestrateTool } from './orchestrate.ts'
import { proposeTool } from './propose.ts'
import { recordDecisionTool } from './record-decision.ts'
import { selectBestTool } from './select-best.ts'
import { shouldContinueTool } from './should-continue.ts'
import { voteTool } from './vote.ts'

/** Ways to run a team, judging what comes back, and deciding together. */
export const decideTools: readonly AnyTool[] = [
  orchestrateTool,
  evaluateResultsTool,
  selectBestTool,
  shouldContinueTool,
  proposeTool,
  voteTool,
  recordDecisionTool,
]
