import type { ResourceDef } from './resource.ts'
import { agentResource } from './resources/agent.ts'
import { agentsResource } from './resources/agents.ts'
import { decisionsResource } from './resources/decisions.ts'
import { eventsResource } from './resources/events.ts'
import { profileResource, profilesResource } from './resources/profiles.ts'
import { runResource } from './resources/run.ts'
import { taskResource } from './resources/task.ts'
import { tasksResource } from './resources/tasks.ts'

/** Every resource there is, in the order in which clients see them. */
export const resources: readonly ResourceDef[] = [
  runResource,
  tasksResource,
  taskResource,
  agentsResource,
  agentResource,
  eventsResource,
  decisionsResource,
  profilesResource,
  profileResource,
]
