import { describe, expect, it } from 'vitest'
import { decideOpening, type Opening } from '../../../src/primitives/proposal/decide/opening.ts'
import { confidenceIn, confidenceOf } from '../../../src/primitives/proposal/decide/tally.ts'
import { proposalStream } from '../../../src/primitives/proposal/rows.ts'
import { given, later, start } from '../../support/given.ts'
import { agents, casts, ends, opened, voted } from './stories.ts'

const proposal = proposalStream
const deadline = { deadline_at: start + 1_000 }

describe('opening a proposal', () => {
  const asked = (some: Partial<Opening> = {}): Opening => ({
    question: 'Which?',
    options: ['x', 'y'],
    electorate: agents(5),
    rule: 'majority',
    quorum: undefined,
    threshold: undefined,
    weights: undefined,
    deadlineMs: undefined,
    ties: 'none',
    chair: undefined,
    maxVariance: 0.06,
    task: 'tsk_1',
    by: null,
    now: start,
    ...some,
  })
  const open = (some: Partial<Opening>) => given(proposal).when(() => decideOpening(asked(some)))

  it.each([
    [0.5, 3],
    [0.6, 3],
    [0.61, 4],
    [1, 5],
    [0, 0],
    [2, 2],
    [5, 5],
  ])('with quorum %s of five asks for %i', (quorum, heads) => {
    open({ quorum }).thenState(({ terms }) => terms.quorum === heads)
  })

  it.each([
    [{ electorate: [] }, 'electorate'],
    [{ options: ['x', 'x'] }, 'options'],
    [{ quorum: 6 }, 'quorum'],
    [{ quorum: 1.5 }, 'quorum'],
    [{ rule: 'ranked', threshold: 0.5 }, 'threshold'],
    [{ rule: 'unanimity', threshold: 0.5 }, 'threshold'],
    [{ rule: 'majority', threshold: 0.49 }, 'threshold'],
    [{ weights: new Map([['a', 1]]) }, 'weights'],
    [{ rule: 'weighted' }, 'weights'],
    [{ rule: 'weighted', weights: new Map([['a', 1]]) }, 'weights'],
    [
      {
        rule: 'weighted',
        electorate: ['a'],
        weights: new Map([
          ['a', 1],
          ['f', 1],
        ]),
      },
      'weights',
    ],
    [{ rule: 'weighted', electorate: ['a'], weights: new Map([['a', 0]]) }, 'weights'],
    [{ ties: 'chair' }, 'chair'],
    [{ ties: 'chair', chair: 'f' }, 'chair'],
    [{ chair: 'a' }, 'chair'],
  ] as [Partial<Opening>, string][])('refuses %j, naming the field', (some, field) => {
    open(some).thenFails('invalid_argument', { field })
  })

  it.each([
    ['majority', 0.5],
    ['plurality', 0.1],
  ] as const)('takes rule %s with a threshold of %d', (rule, threshold) => {
    open({ rule, threshold }).thenState(({ terms }) => terms.threshold === threshold)
  })

  it('names plurality to who wants a majority of less than half', () => {
    expect(decideOpening(asked({ threshold: 0.1 }))).toMatchObject({
      hint: expect.stringContaining('plurality'),
    })
  })
})

describe('a vote', () => {
  it('counts once an agent', () => {
    given(proposal, opened())
      .when(casts('a', { choice: 'x', rationale: 'since' }))
      .thenEvents({
        type: 'proposal.voted',
        data: { by: 'a', ballot: ['x'], confidence: null, rationale: 'since' },
      })
      .thenState(({ votes }) => votes.length === 1)
    given(proposal, opened(), voted('a', ['x']))
      .when(casts('a', { choice: 'x' }))
      .thenEvents()
  })

  it('of an agent that has voted otherwise is a conflict that names the first vote', () => {
    for (const second of [{ choice: 'y' }, { abstain: true }])
      given(proposal, opened(), voted('a', ['x']))
        .when(casts('a', second))
        .thenFails('conflict', { first_vote: ['x'] })
    given(proposal, opened(), voted('a', []))
      .when(casts('a', { choice: 'x' }))
      .thenFails('conflict')
    given(proposal, opened(), voted('a', []))
      .when(casts('a', { abstain: true }))
      .thenEvents()
  })

  it('is refused outside the electorate, after the end and from the deadline on', () => {
    given(proposal, opened())
      .when(casts('f', { choice: 'x' }))
      .thenFails('forbidden')
    given(proposal, opened(deadline), later(999))
      .when(casts('a', { choice: 'x' }))
      .thenEvents('proposal.voted')
    given(proposal, opened(deadline), later(1_000))
      .when(casts('a', { choice: 'x' }))
      .thenFails('already_ended')
    const tally = {
      counts: [],
      cast: 0,
      weight: 0,
      abstained: 0,
      silent: 0,
      took_part: 0,
      quorum: 0,
      confidence: null,
    }
    given(proposal, opened(), { type: 'proposal.failed', data: { why: 'tie', tally } })
      .when(casts('a', { choice: 'x' }))
      .thenFails('already_ended')
  })

  it.each([
    [{ choice: 'w' }, 'choice'],
    [{}, 'choice'],
    [{ choice: 'x', abstain: true }, 'choice'],
    [{ ranking: ['x'] }, 'ranking'],
  ])('is refused as %j where one option counts', (vote, field) => {
    given(proposal, opened()).when(casts('a', vote)).thenFails('invalid_argument', { field })
  })

  it.each([
    [{ ranking: ['x', 'x'] }, 'ranking'],
    [{ ranking: ['x', 'w'] }, 'ranking'],
  ])('is refused as %j where several count', (vote, field) => {
    given(proposal, opened({ rule: 'ranked' }))
      .when(casts('a', vote))
      .thenFails('invalid_argument', { field })
  })

  it('for several options has an order where they are ranked, and none where they are approved', () => {
    const again = casts('a', { ranking: ['y', 'x'] })
    given(proposal, opened({ rule: 'approval' }), voted('a', ['x', 'y']))
      .when(again)
      .thenEvents()
    given(proposal, opened({ rule: 'ranked' }), voted('a', ['x', 'y']))
      .when(again)
      .thenFails('conflict')
  })
})

describe('confidence that varies', () => {
  it('has the population variance of what was said', () => {
    const by = (confidence: number | null) => ({ by: 'a', ballot: [], confidence })
    expect(confidenceOf([0.9, 0.6, 0.3, null].map(by))).toEqual({
      mean: 0.6,
      variance: expect.closeTo(0.06),
      n: 3,
    })
    expect(confidenceOf([by(0.9), by(null)])).toEqual({ mean: 0.9, variance: null, n: 1 })
    expect(confidenceOf([by(null)])).toBeNull()
  })

  it('counts for an outcome what those said who voted for it', () => {
    const vote = (ballot: readonly string[], confidence: number | null) => ({ by: 'a', ballot, confidence })
    const votes = [vote(['x'], 0.9), vote(['y', 'x'], 0.1), vote(['x'], null), vote(['x'], 0.6)]
    expect(confidenceIn('x', { rule: 'majority' }, votes)).toEqual({ mean: 0.75, n: 2 })
    expect(confidenceIn('x', { rule: 'approval' }, votes)).toEqual({ mean: 0.533333, n: 3 })
    expect(confidenceIn('z', { rule: 'majority' }, votes)).toBeNull()
  })

  it('is told once, above the limit and not at it', () => {
    const max_variance = 0.09
    const past = [opened({ max_variance }), voted('a', ['x'], 1)] as const
    given(proposal, ...past)
      .when(casts('b', { choice: 'x', confidence: 0.4 }))
      .thenEvents('proposal.voted')
    given(proposal, ...past)
      .when(casts('b', { choice: 'x', confidence: 0.39 }))
      .thenEvents('proposal.voted', 'proposal.uncertainty_found')
      .thenState({ uncertain: true })
    const told = { type: 'proposal.uncertainty_found', data: { variance: 0.1, n: 2, limit: 0.09 } } as const
    given(proposal, ...past, voted('b', ['x'], 0), told)
      .when(casts('c', { choice: 'x', confidence: 0 }))
      .thenEvents('proposal.voted')
  })
})

describe('the end', () => {
  it('comes with the vote that nothing can change any more, or with the deadline', () => {
    const past = [opened({ ...deadline, rule: 'majority' }), voted('a', ['x']), voted('b', ['x'])] as const
    given(proposal, ...past)
      .when(ends('c', 'd', 'e'))
      .thenEvents()
    given(proposal, ...past, voted('c', ['x']))
      .when(ends('d', 'e'))
      .thenEvents('proposal.decided')
      .thenState({ status: 'decided', outcome: 'x' })
    given(proposal, ...past, later(1_000))
      .when(ends('c', 'd', 'e'))
      .thenState({ status: 'decided', outcome: 'x' })
  })

  it('comes when those who are left cannot vote any more', () =>
    void given(proposal, opened(), voted('a', ['x']))
      .when(ends())
      .thenState({ outcome: 'x' }))

  it('without any vote by the deadline is a failure', () =>
    void given(proposal, opened(deadline), later(1_000))
      .when(ends('a'))
      .thenState({ status: 'failed', why: 'deadline' }))
})
