import type { AnyTool } from '../tool.ts'
import { aggregateResultsTool } from './aggregate-results.ts'
import { compareStrategiesTool } from './compare-strategies.ts'
import { consolidateTool } from './consolidate.ts'

/** What many results come to, which ways of working do better, and what is learned from many outcomes. */
export const insightsTools: readonly AnyTool[] = [
  aggregateResultsTool,
  compareStrategiesTool,
  consolidateTool,
]
