import { wholeResult } from './answer.ts'
import { assignmentSchema } from './assignment.ts'
import { Connection, Refused } from './connection.ts'
import { Reporter } from './reporter.ts'
import type { Said, Seat, Told } from './seat.ts'
import { carryOut } from './work.ts'

/** A claim, as far as a worker of the demo reads it. */
interface Claim {
  readonly task: null | {
    readonly task_id: string
    readonly context: unknown
    readonly inputs: readonly { readonly task_id: string; readonly result: unknown; readonly cut: boolean }[]
  }
  readonly lease_token: string
}

/** How long one call waits for a task, ms. */
const waitMs = 20_000

/**
 * A worker process: an MCP client with a server of its own, that joins the run as an agent and takes tasks until
 * it is told to leave. Ends with the conductor, whatever becomes of it.
 */
export const work = async (seat: Seat): Promise<number> => {
  const tell = process.send?.bind(process)
  if (tell === undefined) throw new Error('A worker of the demo is started by the demo.')
  process.on('disconnect', () => process.exit(1))
  // Ctrl-C in a terminal reaches every process. The conductor ends this one, when it knows what else there is to end.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  const told = new Promise<string>((resolve) => {
    process.on('message', (message: Told) => {
      if ('run' in message) resolve(message.run)
      else process.exit(0)
    })
  })
  const say = (said: Said) => tell(said)
  const baton = await Connection.open(seat, `baton-demo-${seat.name}`, (server) => say({ server }))
  say({ ready: true })
  const run = await told
  await baton.call('join_as_agent', { run_id: run, agent_id: seat.name })
  for (;;) {
    const claim = await baton.call<Claim>('claim_task', { lease_ms: seat.leaseMs, wait_ms: waitMs })
    if (claim.task !== null) await turn(baton, seat, run, claim.task, claim.lease_token)
  }
}

const turn = async (
  baton: Connection,
  seat: Seat,
  run: string,
  { task_id, context, inputs }: NonNullable<Claim['task']>,
  lease_token: string,
): Promise<void> => {
  const lease = { task_id, lease_token }
  const reporter = new Reporter(seat.leaseMs, (note, percent) =>
    baton.call('report_progress', { ...lease, note, percent }),
  )
  /** A result that was too long to come with the claim is asked for. */
  const whole = async (input: { task_id: string; result: unknown; cut: boolean }) =>
    input.cut ? wholeResult(baton, run, input.task_id) : input.result
  try {
    const results = await Promise.all(inputs.map(whole))
    const done = await carryOut(assignmentSchema.parse(context), results, reporter)
    await reporter.stop()
    await baton.call('complete_task', { ...lease, ...done })
  } catch (error) {
    await reporter.stop()
    // Somebody else has the task now: what was done here counts for nothing, and that is as it should be.
    if (error instanceof Refused && error.code === 'lease_lost') return
    if (error instanceof Refused) throw error
    await baton.call('fail_task', { ...lease, error: error instanceof Error ? error.message : String(error) })
  }
}
