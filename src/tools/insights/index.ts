import type { AnyTool } from '../tool.ts'
import { aggregateResultsTool } from './aggregate-results.ts'
import { consolidateTool } from './consolidate.ts'

/** What many results come to, and what is learned from many outcomes. */
export const insightsTools: readonly AnyTool[] = [aggregateResultsTool, consolidateTool]
