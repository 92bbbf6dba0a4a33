import { pause, until } from '../../support/deadline.ts'
import { type Answer, Gone, type Structured } from '../../support/process-client.ts'
import type { Random } from '../../support/random.ts'
import type { Faults } from '../proof.ts'
import type { Acknowledged } from './ledger.ts'
import type { Slot } from './slot.ts'

/** What the hands of one storm share. */
export interface Storm {
  runId: string
  readonly ledger: Acknowledged[]
  readonly faults: Faults
  readonly seen: { calls: number; unanswered: number; repeated: number; 'late reports refused': number }
  /** The creators stop, and everybody works off what is left. */
  ebbing: boolean
  /** Everything has ended. */
  over: boolean
}

/** Tasks that are waiting at most, roughly: creators rest while there are more. */
const backlog = 60
const leaseMs = 1_000

/** Calls once on the server that stands; undefined when it died before it answered, or the storm is over. */
const ask = async (storm: Storm, slot: Slot, tool: string, args: Structured): Promise<Answer | undefined> => {
  const client = await slot.client()
  if (!client) return undefined
  storm.seen.calls++
  try {
    return await client.call(tool, args)
  } catch (failure) {
    if (!(failure instanceof Gone)) throw failure
    storm.seen.unanswered++
    return undefined
  }
}

/** Calls until there is an answer: for calls that say the same when they are repeated. */
const insist = async (
  storm: Storm,
  slot: Slot,
  tool: string,
  args: Structured,
): Promise<Answer | undefined> => {
  for (let tries = 0; !storm.over; tries++) {
    const answer = await ask(storm, slot, tool, args)
    if (answer) {
      if (tries > 0) storm.seen.repeated++
      return answer
    }
  }
  return undefined
}

const refused = (storm: Storm, tool: string, answer: Answer): void => {
  if (!answer.ok) storm.faults.add(`${tool}: ${answer.message} (${answer.code})`)
}

/** Creates tasks in small batches, each under a key of its own, and a checkpoint now and then. */
export const create = async (storm: Storm, slot: Slot, random: Random, name: string): Promise<void> => {
  const { runId: run_id, ledger } = storm
  let ready = 0
  for (let n = 0; !storm.ebbing; n++) {
    const tasks = Array.from({ length: random.int(1, 12) }, (_, i) => ({
      key: `${name}-${n}-${i}`,
      task: 'x'.repeat(random.int(1, 2_000)),
      max_attempts: 100,
      retry_delay_ms: random.int(0, 100),
      ...(i > 0 && random.chance(0.2) && { depends_on: [`${name}-${n}-${i - 1}`] }),
    }))
    const made = await insist(storm, slot, 'create_tasks', { run_id, tasks, idempotency_key: `${name}-${n}` })
    if (made?.ok) ledger.push({ did: 'created', tasks: made.value.task_ids })
    else if (made) refused(storm, 'create_tasks', made)
    if (random.chance(0.1)) {
      const label = `${name}-${n}`
      const marked = await ask(storm, slot, 'create_checkpoint', { run_id, label, state: { n } })
      if (marked?.ok) ledger.push({ did: 'checkpoint', id: marked.value.checkpoint_id, label })
      else if (marked) refused(storm, 'create_checkpoint', marked)
    }
    do {
      const look = await ask(storm, slot, 'get_run', { run_id })
      ready = look?.ok ? (look.value.counts.ready ?? 0) : 0
      if (ready > backlog) await pause(20)
    } while (ready > backlog && !storm.ebbing)
  }
}

/** What a worker may do with a task, and how often of 100. */
const fates = [
  ...Array(65).fill('complete'),
  ...Array(12).fill('progress and complete'),
  ...Array(12).fill('fail'),
  ...Array(6).fill('abandon'),
  ...Array(5).fill('complete too late'),
] as readonly string[]

/** Claims as one agent and does something with what it gets, until the storm is over. */
export const work = async (storm: Storm, slot: Slot, random: Random, agent_id: string): Promise<void> => {
  const { runId: run_id, ledger } = storm
  let n = 0
  while (!storm.over) {
    const claim = await ask(storm, slot, 'claim_task', { run_id, agent_id, lease_ms: leaseMs, wait_ms: 200 })
    // Claims whose answers died with their server fill the agent's hands until their leases end.
    if (claim && !claim.ok && claim.code !== 'at_capacity') refused(storm, 'claim_task', claim)
    if (!claim?.ok) {
      await pause(20)
      continue
    }
    if (claim.value.task === null) continue
    const { task, lease_token, lease_ends_at } = claim.value
    const { task_id } = task
    ledger.push({ did: 'claimed', task: task_id, by: agent_id, attempt: task.attempt })
    const held = { task_id, lease_token }
    const mark = `${agent_id} ${++n}`
    const fate = random.pick(fates)
    if (fate === 'abandon') continue
    if (fate === 'complete too late') await until(lease_ends_at)
    if (fate === 'progress and complete') {
      const told = await insist(storm, slot, 'report_progress', { ...held, note: mark })
      if (told?.ok) ledger.push({ did: 'progressed', task: task_id, note: mark })
      else if (told && told.code !== 'lease_lost') refused(storm, 'report_progress', told)
    }
    const tool = fate === 'fail' ? 'fail_task' : 'complete_task'
    const said = fate === 'fail' ? { error: mark } : { result: { mark } }
    // Repeated after a crash, with the same token and the same content: the first answer, or the lease is over.
    const end = await insist(storm, slot, tool, { ...held, ...said })
    if (end?.ok && fate === 'complete too late') storm.faults.add(`${task_id}: accepted after its lease`)
    if (end?.ok && fate === 'fail') ledger.push({ did: 'failed', task: task_id, error: mark })
    else if (end?.ok) ledger.push({ did: 'completed', task: task_id, by: agent_id, result: { mark } })
    else if (end?.code === 'lease_lost') storm.seen['late reports refused']++
    else if (end) refused(storm, tool, end)
  }
}
