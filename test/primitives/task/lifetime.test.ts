import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/errors.ts'
import type { Decision } from '../../../src/kernel/decider.ts'
import type { DomainEvent, Recorded } from '../../../src/kernel/event.ts'
import { fold } from '../../../src/kernel/stream.ts'
import { decideCancel, decideRevise, standingOf } from '../../../src/primitives/task/decide/planning.ts'
import {
  decideLeaseEnd,
  decideRelease,
  decideVerdict,
  underLease,
} from '../../../src/primitives/task/decide/reporting.ts'
import type { TaskEvent } from '../../../src/primitives/task/events.ts'
import { priorities } from '../../../src/primitives/task/priority.ts'
import { taskStream } from '../../../src/primitives/task/rows.ts'
import { hasEnded, type TaskState } from '../../../src/primitives/task/state.ts'
import { recorded, start } from '../../support/given.ts'
import { claim, complete, created, fail, progress } from './stories.ts'

/** One move of somebody. `which` picks a token issued before, `at` an earlier position, both counted from the end. */
type Move =
  | { readonly do: 'claim'; readonly by: string; readonly takeover: boolean; readonly leaseMs: number }
  | {
      readonly do: 'complete'
      readonly which: number
      readonly outcome: 'plain' | 'bad' | 'fits' | 'reviewed'
    }
  | { readonly do: 'fail'; readonly which: number; readonly retry: boolean }
  | { readonly do: 'progress'; readonly which: number }
  | { readonly do: 'verdict'; readonly review: string; readonly approve: boolean }
  | { readonly do: 'revise'; readonly blocked: boolean; readonly priority: (typeof priorities)[number] }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'sweep' | 'release' | 'unblock' }
  | { readonly do: 'cancel' }
  | { readonly do: 'roll_back'; readonly at: number }

const which = fc.nat({ max: 2 })
const words = <T extends string>(...of: T[]) => fc.constantFrom(...of)
const move = (rollback: boolean): fc.Arbitrary<Move> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('claim' as const),
        by: words('agt_a', 'agt_b'),
        takeover: fc.boolean(),
        leaseMs: fc.constantFrom(1_000, 60_000),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('complete' as const),
        which,
        outcome: words('plain', 'bad', 'fits', 'reviewed'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('fail' as const), which, retry: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('progress' as const), which }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('verdict' as const),
        review: words('tsk_r', 'tsk_s'),
        approve: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('revise' as const),
        blocked: fc.boolean(),
        priority: words(...priorities),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 999, 1_000, 60_000) }),
    },
    { weight: 5, arbitrary: fc.record({ do: words('sweep', 'release', 'unblock') }) },
    { weight: 1, arbitrary: fc.record({ do: words('cancel') }) },
    ...(rollback
      ? [
          {
            weight: 2,
            arbitrary: fc.record({ do: fc.constant('roll_back' as const), at: fc.nat({ max: 6 }) }),
          },
        ]
      : []),
  )

/** Up to so many moves: at its default size fast-check makes some ten, too few for a task to get anywhere. */
const moves = (rollback: boolean, maxLength: number): fc.Arbitrary<Move[]> =>
  fc.array(move(rollback), { maxLength, size: 'max' })

const definition = fc.record({
  blocked: fc.boolean(),
  max_attempts: fc.integer({ min: 1, max: 4 }),
  timeout_ms: fc.constantFrom(null, 1_500, 90_000),
  retry_delay_ms: fc.constantFrom(0, 1_000),
})

/** A task as the log would hold it, moved on by the deciders alone. */
class Life {
  now = start
  readonly log: Recorded<DomainEvent>[] = []
  /** Where a checkpoint can lie: between calls, never between the events of one. */
  readonly positions: number[] = []
  readonly tokens: string[] = []
  state!: TaskState

  constructor(overrides: Parameters<typeof created>[0]) {
    this.append([created({ depends_on: overrides?.blocked ? ['tsk_0'] : [], ...overrides })])
  }

  append(events: readonly DomainEvent[]): void {
    for (const event of recorded(events, this.now, this.log.length + 1)) {
      this.state = fold(taskStream, this.log.length === 0 ? undefined : this.state, event)
      this.log.push(event)
    }
    if (events.length > 0) this.positions.push(this.log.length)
  }

  at(seq: number): TaskState {
    return this.log
      .slice(0, seq)
      .reduce<TaskState | undefined>((s, event) => fold(taskStream, s, event), undefined) as TaskState
  }

  live(token: string): boolean {
    return !(underLease(this.state, { id: 'tsk_1', token, now: this.now }) instanceof Failure)
  }

  /** What the deciders answer to a move; undefined for what is no decision. */
  decide(m: Move): Decision<TaskEvent | DomainEvent> | undefined {
    const { state, now } = this
    const token = 'which' in m ? (this.tokens.at(-1 - m.which) ?? 'none') : ''
    switch (m.do) {
      case 'claim': {
        const fresh = `t${this.log.length}`
        const claims = claim(fresh, { by: m.by, takeover: m.takeover, leaseMs: m.leaseMs })(state, now)
        if (!(claims instanceof Failure)) this.tokens.push(fresh)
        return claims
      }
      case 'complete': {
        const checked = {
          plain: {},
          bad: { findings: 'does not fit' },
          fits: { verified: true },
          reviewed: { reviews: ['tsk_r', 'tsk_s'] },
        }
        return complete(token, m.outcome, checked[m.outcome])(state, now)
      }
      case 'fail':
        return fail(token, { retry: m.retry })(state, now)
      case 'progress':
        return progress(token)(state, now)
      case 'verdict':
        return decideVerdict(state, m.review, m.approve, null)
      case 'revise': {
        const keep = { definition: null, dependsOn: undefined, agent: undefined }
        return decideRevise(state, { id: 'tsk_1', ...keep, priority: m.priority, blocked: m.blocked })
      }
      case 'sweep':
        if (state.status === 'ready' && state.retryAt !== null && state.retryAt <= now)
          return [{ type: 'task.retry_due', data: {} }]
        return decideLeaseEnd(state, now)
      case 'release':
        return decideRelease(state, 'terminated')
      case 'unblock':
        return state.status === 'blocked' ? [{ type: 'task.unblocked', data: { by: 'tsk_0' } }] : []
      case 'cancel':
        return decideCancel(state, null)
      case 'roll_back': {
        const back = taskStream.revived(this.at(this.positions.at(-1 - m.at) ?? 1))
        return [{ type: 'task.restored', data: { state: back, checkpoint: 'chk_1' } }]
      }
      case 'wait':
        this.now += m.ms
        return undefined
    }
  }
}

/** The token of the lease that stands at `now`: of the newest claim, if only progress followed it and it has not run out. */
const leaseIn = (log: readonly DomainEvent[], now: number): readonly string[] => {
  const { data } = log.findLast(({ type }) => type !== 'task.progressed') as DomainEvent
  if (!('token' in data)) return []
  const { lease_ends_at } = (log.at(-1) as DomainEvent).data as { lease_ends_at: number }
  return lease_ends_at > now ? [data.token as string] : []
}

/** What holds after every move, whatever it was. */
const holdsNow = (life: Life): void => {
  const { state, log } = life
  // Plain JSON, and equal to the replay of the log: invariant 3.
  expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state)
  expect(life.at(log.length)).toStrictEqual(state)
  // At most one live lease, and only the one that the log tells of: invariant 2.
  expect(life.tokens.filter((token) => life.live(token))).toEqual(leaseIn(log, life.now))
  expect(state.attempt).toBeGreaterThanOrEqual(0)
  expect(state.attempt).toBeLessThanOrEqual(state.maxAttempts)
  if (state.status === 'claimed') {
    expect(state.attempt).toBeGreaterThanOrEqual(1)
    if (state.deadline !== null) expect(state.leaseEndsAt).toBeLessThanOrEqual(state.deadline)
  }
  // Whoever may claim next has an attempt left.
  if (state.status === 'ready') expect(state.attempt).toBeLessThan(state.maxAttempts)
  // Dependents go on only after a result that stands: invariant 5.
  expect(standingOf(state, 'block') === 'satisfied').toBe(state.status === 'done')
  if (state.status === 'done' || state.status === 'review') {
    expect(log[state.resultSeq - 1]?.type).toMatch(/^task\.(submitted|completed)$/)
  }
}

const opening = new Set(['task.unblocked', 'task.revised', 'task.prerequisite_replaced', 'task.restored'])

const live = (life: Life, moves: readonly Move[]): void => {
  holdsNow(life)
  for (const move of moves) {
    const before = life.state
    const decision = life.decide(move)
    if (decision === undefined || decision instanceof Failure) {
      expect(life.state).toBe(before)
    } else {
      // What has ended stays ended: nothing follows but a rollback.
      if (hasEnded(before) && move.do !== 'roll_back') expect(decision).toEqual([])
      // What is blocked is not claimed, reported or retried: it opens only by what ends its waiting.
      if (before.status === 'blocked' && move.do !== 'cancel')
        for (const { type } of decision) expect(opening).toContain(type)
      life.append(decision)
    }
    holdsNow(life)
  }
}

const ends = (log: readonly DomainEvent[]): number =>
  log.filter(
    ({ type, data }) =>
      type === 'task.completed' ||
      type === 'task.failed' ||
      type === 'task.cancelled' ||
      (type === 'task.verified' && (data as { last: boolean }).last),
  ).length

describe('a task, whatever happens to it', () => {
  it('has one live lease at most, ends once, and is what its log says', () => {
    fc.assert(
      fc.property(definition, moves(false, 40), (overrides, story) => {
        const life = new Life(overrides)
        live(life, story)
        expect(ends(life.log)).toBe(hasEnded(life.state) ? 1 : 0)
      }),
      { numRuns: 1_500 },
    )
  })

  it('keeps all that across rollbacks, and no token survives one', () => {
    fc.assert(
      fc.property(definition, moves(true, 40), (overrides, story) => {
        live(new Life(overrides), story)
      }),
      { numRuns: 1_000 },
    )
  })

  it('accepts a report only from the holder of the live lease', () => {
    fc.assert(
      fc.property(definition, moves(true, 30), which, (overrides, story, n) => {
        const life = new Life(overrides)
        live(life, story)
        const token = life.tokens.at(-1 - n) ?? 'none'
        const accepts = life.live(token)
        for (const report of [complete(token), fail(token), progress(token)])
          expect(report(life.state, life.now) instanceof Failure).toBe(!accepts)
      }),
      { numRuns: 1_000 },
    )
  })

  it('reaches every status in these tests', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(definition, moves(true, 40), (overrides, story) => {
        const life = new Life(overrides)
        live(life, story)
        for (let seq = 1; seq <= life.log.length; seq++) seen.add(life.at(seq).status)
      }),
      { numRuns: 300 },
    )
    expect([...seen].sort()).toEqual(['blocked', 'cancelled', 'claimed', 'done', 'failed', 'ready', 'review'])
  })

  it('is hidden when a rollback makes it unborn, whatever it was', () => {
    fc.assert(
      fc.property(definition, moves(true, 20), (overrides, story) => {
        const life = new Life(overrides)
        live(life, story)
        life.append([{ type: 'task.undone', data: { checkpoint: 'chk_1' } }])
        expect(life.state.status).toBe('undone')
        expect(JSON.parse(JSON.stringify(life.state))).toStrictEqual(life.state)
        expect(life.tokens.some((token) => life.live(token))).toBe(false)
        expect(claim('new')(life.state, life.now)).toBeInstanceOf(Failure)
        expect(decideCancel(life.state, null)).toEqual([])
      }),
    )
  })
})
