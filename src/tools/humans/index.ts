import type { AnyTool } from '../tool.ts'
import { escalateTool } from './escalate.ts'
import { listEscalationsTool } from './list-escalations.ts'
import { resolveEscalationTool } from './resolve-escalation.ts'
import { setQualityGateTool } from './set-quality-gate.ts'

/** Where people come in: questions to them, their decisions, and what nobody gets past. */
export const humansTools: readonly AnyTool[] = [
  escalateTool,
  listEscalationsTool,
  resolveEscalationTool,
  setQualityGateTool,
]
