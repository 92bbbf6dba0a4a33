import type { AnyTool } from '../tool.ts'

/** How work finds its worker: models, policies, explanations, tuning. */
export const routingTools: readonly AnyTool[] = []
