import type { AnyTool } from '../tool.ts'
import { broadcastTaskTool } from './broadcast-task.ts'
import { cancelTaskTool } from './cancel-task.ts'
import { createCheckpointTool } from './create-checkpoint.ts'
import { createTasksTool } from './create-tasks.ts'
import { delegateSubtaskTool } from './delegate-subtask.ts'
import { endRunTool } from './end-run.ts'
import { modifyStrategyTool } from './modify-strategy.ts'
import { rollbackToCheckpointTool } from './rollback-to-checkpoint.ts'
import { spawnAgentTool } from './spawn-agent.ts'
import { startRunTool } from './start-run.ts'
import { terminateAgentTool } from './terminate-agent.ts'
import { updateRunTool } from './update-run.ts'
import { updateTaskTool } from './update-task.ts'

/** What a conductor holds, in the order of a run's life. */
export const conductTools: readonly AnyTool[] = [
  startRunTool,
  updateRunTool,
  endRunTool,
  spawnAgentTool,
  terminateAgentTool,
  createTasksTool,
  delegateSubtaskTool,
  broadcastTaskTool,
  updateTaskTool,
  cancelTaskTool,
  modifyStrategyTool,
  createCheckpointTool,
  rollbackToCheckpointTool,
]
