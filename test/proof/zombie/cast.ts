import { eventually } from '../../support/deadline.ts'
import { readLog } from '../../support/log-file.ts'
import type { Answer, ProcessClient, Structured } from '../../support/process-client.ts'
import type { Random } from '../../support/random.ts'
import type { Held } from '../../support/run.ts'
import type { Faults } from '../proof.ts'

/** Who plays: `a` loses leases, `b` takes over in another process, a third process conducts. */
export interface Cast {
  readonly a: ProcessClient
  readonly b: ProcessClient
  readonly conductor: ProcessClient
  readonly db: string
  readonly faults: Faults
  readonly random: Random
  readonly seen: {
    'late reports': number
    refused: number
    rollbacks: number
    'tokens of older epochs': number
  }
}

/** The shortest lease there is, ms. */
export const shortLease = 1_000

/** Claims a named task as soon as its present holder's lease has ended. */
export const claimAfter = (client: ProcessClient, args: Structured): Promise<Held> =>
  eventually(10_000, `a claim of ${args.task_id} after its lease has ended`, async () => {
    const answer = await client.call('claim_task', args)
    if (answer.ok && answer.value.task !== null)
      return { ...answer.value, task_id: answer.value.task.task_id } as unknown as Held
    if (!answer.ok && answer.code !== 'conflict') throw new Error(`${answer.message} (${answer.code})`)
    return undefined
  })

/** The ways in which a holder speaks up. */
export const reports = ['complete_task', 'fail_task', 'report_progress'] as const

export const report = (
  client: ProcessClient,
  tool: (typeof reports)[number],
  { task_id, lease_token }: Held,
  said: string,
): Promise<Answer> => {
  const own = { complete_task: { result: said }, fail_task: { error: said }, report_progress: { note: said } }
  return client.call(tool, { task_id, lease_token, ...own[tool] })
}

/** A late report has to be refused with `lease_lost`. */
export const mustBeLost = ({ faults, seen }: Cast, answer: Answer, what: string): void => {
  seen['late reports']++
  if (!answer.ok && answer.code === 'lease_lost') seen.refused++
  else faults.add(`${what}: ${answer.ok ? 'was accepted' : `${answer.message} (${answer.code})`}`)
}

/** Each task ended once, in the log, with the result it should have; `get_task` says the same in each process. */
export const resultsStand = async (cast: Cast, expected: ReadonlyMap<string, string>): Promise<void> => {
  const { a, b, db, faults } = cast
  const ended = readLog(db, ['task.completed', 'task.failed']).filter(({ subject }) => expected.has(subject))
  const results = new Map<string, unknown[]>()
  for (const { subject, data } of ended) results.set(subject, [...(results.get(subject) ?? []), data.result])
  for (const [task_id, result] of expected) {
    const logged = JSON.stringify(results.get(task_id) ?? [])
    faults.expect(
      logged === JSON.stringify([result]),
      `${task_id} ended with ${logged}, not once with ${result}`,
    )
    for (const client of [a, b]) {
      const { result: told } = await client.must('get_task', { task_id })
      faults.expect(told === result, `get_task ${task_id}: ${JSON.stringify(told)}, not ${result}`)
    }
  }
}
