import { pause, until } from '../../support/deadline.ts'
import type { Random } from '../../support/random.ts'
import { addAgent, addTasks, claim, type Held, startRun } from '../../support/run.ts'
import { type Cast, claimAfter, mustBeLost, report, reports, resultsStand, shortLease } from './cast.ts'

/** One task whose first holder comes too late. Answers the result that should stand. */
type Story = (cast: Cast, held: Held, other: Other, random: Random) => Promise<string>

/** How the second holder claims, and what as. */
interface Other {
  readonly agent_id: string
  readonly first: string
}

const claimNext = (cast: Cast, { task_id }: Held, { agent_id }: Other): Promise<Held> =>
  claimAfter(cast.b, { task_id, agent_id })

const completes = async (cast: Cast, held: Held, said: string): Promise<string> => {
  await cast.b.must('complete_task', { task_id: held.task_id, lease_token: held.lease_token, result: said })
  return said
}

const stories: Readonly<Record<string, Story>> = {
  'B completes, then A reports': async (cast, held, other, random) => {
    const second = await claimNext(cast, held, other)
    const result = await completes(cast, second, 'of b')
    mustBeLost(cast, await report(cast.a, random.pick(reports), held, 'of a'), 'A after B completed')
    return result
  },
  'A reports while B works': async (cast, held, other, random) => {
    const second = await claimNext(cast, held, other)
    mustBeLost(cast, await report(cast.a, random.pick(reports), held, 'of a'), 'A while B works')
    return completes(cast, second, 'of b')
  },
  'A reports through the process of B': async (cast, held, other, random) => {
    const second = await claimNext(cast, held, other)
    mustBeLost(cast, await report(cast.b, random.pick(reports), held, 'of a'), 'A through the process of B')
    return completes(cast, second, 'of b')
  },
  'A reports without its token, which its session remembers': async (cast, held, other) => {
    const second = await claimNext(cast, held, other)
    const { task_id } = held
    mustBeLost(cast, await cast.a.call('complete_task', { task_id, result: 'of a' }), 'A without a token')
    return completes(cast, second, 'of b')
  },
  'A and B complete at once': async (cast, held, other) => {
    const second = await claimNext(cast, held, other)
    const [late, result] = await Promise.all([
      report(cast.a, 'complete_task', held, 'of a'),
      completes(cast, second, 'of b'),
    ])
    mustBeLost(cast, late, 'A at once with B')
    return result
  },
  'A reports after its lease, before anybody else claims': async (cast, held, other, random) => {
    await until(held.lease_ends_at)
    mustBeLost(cast, await report(cast.a, random.pick(reports), held, 'of a'), 'A after its lease')
    return completes(cast, await claimNext(cast, held, other), 'of b')
  },
  'A renews its lease, falls silent and comes back': async (cast, held, other) => {
    const renewed = await report(cast.a, 'report_progress', held, 'half')
    cast.faults.expect(renewed.ok, 'a report of progress under a live lease was refused')
    const second = await claimNext(cast, held, other)
    mustBeLost(cast, await report(cast.a, 'complete_task', held, 'of a'), 'A after a renewed lease')
    return completes(cast, second, 'of b')
  },
  'the agent of A takes its own task over elsewhere': async (cast, held, { first }, random) => {
    const second = await claim(cast.b, { task_id: held.task_id, agent_id: first, takeover: true })
    mustBeLost(cast, await report(cast.a, random.pick(reports), held, 'of a'), 'A after a takeover')
    return completes(cast, second, 'of b')
  },
  'A completes at the very end of its lease': async (cast, held, other, random) => {
    // Around the end either may win: whoever was told so must be the one whose result stands.
    await pause(Math.max(0, Date.parse(held.lease_ends_at) - Date.now() - random.int(0, 30)))
    const late = report(cast.a, 'complete_task', held, 'of a')
    const second = claimNext(cast, held, other).catch(() => undefined)
    const first = await late
    if (first.ok) return 'of a'
    mustBeLost(cast, first, 'A at the end of its lease')
    return completes(cast, (await second) as Held, 'of b')
  },
}

/** Rounds of all stories, a number of them at the same time. */
export const lateReports = async (cast: Cast, rounds: number, together: number): Promise<void> => {
  const runId = await startRun(cast.conductor, 'late reports')
  const names = Object.keys(stories)
  const expected = new Map<string, string>()
  for (let done = 0; done < rounds; done += together) {
    const count = Math.min(together, rounds - done)
    const ids = await addTasks(
      cast.conductor,
      runId,
      numbers(count).map((i) => ({ task: `round ${done + i}`, max_attempts: 5 })),
    )
    const max_concurrent = 100
    const [first, second] = await Promise.all([
      addAgent(cast.conductor, runId, { max_concurrent }),
      addAgent(cast.conductor, runId, { max_concurrent }),
    ])
    await Promise.all(
      ids.map(async (task_id, i) => {
        const random = cast.random.fork()
        // The first rounds tell each story once, the others whichever comes.
        const name = done + i < names.length ? (names[done + i] as string) : random.pick(names)
        const held = await claim(cast.a, { task_id, agent_id: first, lease_ms: shortLease })
        const other = { agent_id: second, first }
        expected.set(task_id, await (stories[name] as Story)(cast, held, other, random))
      }),
    )
  }
  await resultsStand(cast, expected)
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
