import type { AnyTool } from '../tool.ts'
import { aggregateResultsTool } from './aggregate-results.ts'
import { evaluateResultsTool } from './evaluate-results.ts'
import { selectBestTool } from './select-best.ts'
import { shouldContinueTool } from './should-continue.ts'

/** What came back, judged; and what follows from it. */
export const decideTools: readonly AnyTool[] = [
  evaluateResultsTool,
  selectBestTool,
  shouldContinueTool,
  aggregateResultsTool,
]
