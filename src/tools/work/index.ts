import type { AnyTool } from '../tool.ts'
import { claimTaskTool } from './claim-task.ts'
import { completeTaskTool } from './complete-task.ts'
import { failTaskTool } from './fail-task.ts'
import { joinAsAgentTool } from './join-as-agent.ts'
import { reportProgressTool } from './report-progress.ts'

/** What a worker holds, in the order of a task's life. */
export const workTools: readonly AnyTool[] = [
  joinAsAgentTool,
  claimTaskTool,
  reportProgressTool,
  completeTaskTool,
  failTaskTool,
]
