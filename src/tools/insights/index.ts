import type { AnyTool } from '../tool.ts'
import { aggregateResultsTool } from './aggregate-results.ts'
import { compareStrategiesTool } from './compare-strategies.ts'

/** What many results come to, and which ways of working do better. */
export const insightsTools: readonly AnyTool[] = [aggregateResultsTool, compareStrategiesTool]
