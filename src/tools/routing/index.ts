import type { AnyTool } from '../tool.ts'
import { explainRouteTool } from './explain-route.ts'
import { listModelsTool } from './list-models.ts'
import { rebalanceTool } from './rebalance.ts'
import { registerModelTool } from './register-model.ts'
import { setPolicyTool } from './set-policy.ts'
import { tuneTool } from './tune.ts'

/** How work finds its worker: models, policies, explanations, tuning. */
export const routingTools: readonly AnyTool[] = [
  registerModelTool,
  listModelsTool,
  setPolicyTool,
  explainRouteTool,
  rebalanceTool,
  tuneTool,
]
