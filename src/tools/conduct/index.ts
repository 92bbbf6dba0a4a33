import type { AnyTool } from '../tool.ts'
import { awaitResponsesTool } from './await-responses.ts'
import { broadcastTaskTool } from './broadcast-task.ts'
import { cancelTaskTool } from './cancel-task.ts'
import { createCheckpointTool } from './create-checkpoint.ts'
import { createTasksTool } from './create-tasks.ts'
import { delegateSubtaskTool } from './delegate-subtask.ts'
import { endRunTool } from './end-run.ts'
import { getRunTool } from './get-run.ts'
import { getTaskTool } from './get-task.ts'
import { listAgentsTool } from './list-agents.ts'
import { listRunsTool } from './list-runs.ts'
import { listTasksTool } from './list-tasks.ts'
import { modifyStrategyTool } from './modify-strategy.ts'
import { observeEventsTool } from './observe-events.ts'
import { queryAgentStatusTool } from './query-agent-status.ts'
import { rollbackToCheckpointTool } from './rollback-to-checkpoint.ts'
import { spawnAgentTool } from './spawn-agent.ts'
import { startRunTool } from './start-run.ts'
import { terminateAgentTool } from './terminate-agent.ts'
import { trackMetricsTool } from './track-metrics.ts'
import { updateRunTool } from './update-run.ts'
import { updateTaskTool } from './update-task.ts'

/** What a conductor holds, in the order of a run's life. */
export const conductTools: readonly AnyTool[] = [
  startRunTool,
  listRunsTool,
  getRunTool,
  updateRunTool,
  endRunTool,
  spawnAgentTool,
  terminateAgentTool,
  listAgentsTool,
  queryAgentStatusTool,
  createTasksTool,
  delegateSubtaskTool,
  broadcastTaskTool,
  updateTaskTool,
  cancelTaskTool,
  awaitResponsesTool,
  observeEventsTool,
  listTasksTool,
  getTaskTool,
  trackMetricsTool,
  modifyStrategyTool,
  createCheckpointTool,
  rollbackToCheckpointTool,
]
