import type { AnyStream } from '../kernel/stream.ts'
import { affinityStream } from './affinity/rows.ts'
import { agentIndexes, agentStream } from './agent/rows.ts'
import { breakerIndexes, breakerStream } from './breaker/rows.ts'
import { capabilityStream, vocabularyStream } from './capability/rows.ts'
import { checkpointIndexes, checkpointStream } from './checkpoint/rows.ts'
import { consolidationStream } from './consolidation/rows.ts'
import { decisionStream } from './decision/rows.ts'
import { escalationIndexes, escalationStream } from './escalation/rows.ts'
import { experimentIndexes, experimentStream, trialStream } from './experiment/rows.ts'
import { evaluationIndexes, evaluationStream } from './judging/rows.ts'
import { lessonIndexes, lessonStream } from './lesson/rows.ts'
import { modelIndexes, modelStream } from './model/rows.ts'
import { orchestrationIndexes, orchestrationStream } from './orchestration/rows.ts'
import { policyIndexes, policyStream } from './policy/rows.ts'
import { presenceSchema } from './presence/rows.ts'
import { proposalIndexes, proposalStream } from './proposal/rows.ts'
import { runIndexes, runStream } from './run/rows.ts'
import { taskSchema, taskStream } from './task/rows.ts'
import { tuningStream } from './tuning/rows.ts'
import { turnIndexes, turnStream } from './turn/rows.ts'

/** Every kind of entity, in the order in which rollback and doctor go through them. */
export const streams: readonly AnyStream[] = [
  runStream,
  agentStream,
  taskStream,
  turnStream,
  checkpointStream,
  vocabularyStream,
  modelStream,
  breakerStream,
  affinityStream,
  tuningStream,
  policyStream,
  orchestrationStream,
  evaluationStream,
  proposalStream,
  decisionStream,
  lessonStream,
  escalationStream,
  experimentStream,
  trialStream,
  capabilityStream,
  consolidationStream,
]

/** Tables and indexes beyond one table a kind. */
export const schema: readonly string[] = [
  ...runIndexes,
  ...agentIndexes,
  ...taskSchema,
  ...turnIndexes,
  ...checkpointIndexes,
  ...policyIndexes,
  ...evaluationIndexes,
  ...presenceSchema,
  ...modelIndexes,
  ...breakerIndexes,
  ...orchestrationIndexes,
  ...proposalIndexes,
  ...lessonIndexes,
  ...escalationIndexes,
  ...experimentIndexes,
]
