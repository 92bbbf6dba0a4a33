import type { AnyTool } from '../tool.ts'
import { aggregateResultsTool } from './aggregate-results.ts'

/** What many results come to. */
export const insightsTools: readonly AnyTool[] = [aggregateResultsTool]
