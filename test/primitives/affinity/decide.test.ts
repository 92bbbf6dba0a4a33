import { describe, expect, it } from 'vitest'
import { boundTo, decideUse } from '../../../src/primitives/affinity/decide.ts'
import { affinityStream as affinity } from '../../../src/primitives/affinity/rows.ts'
import type { AffinityEvent, AffinityState } from '../../../src/primitives/affinity/state.ts'
import { given, later, start, stateAfter } from '../../support/given.ts'

const bound = (endpoint: string, ms = 1_000): AffinityEvent => ({
  type: 'affinity.bound',
  data: { endpoint, until: start + ms, why: 'first use' },
})
const use =
  (endpoint: string, ttlMs = 1_000) =>
  (state: AffinityState, now: number) =>
    decideUse(state, { endpoint, ttlMs, now, why: 'a is down' })

describe('an affinity', () => {
  it('is bound by its first use', () => {
    given(affinity)
      .when(use('a'))
      .thenEvents({
        type: 'affinity.bound',
        data: { endpoint: 'a', until: start + 1_000, why: 'first use' },
      })
  })

  it('is renewed once half of its time is gone, not at every use', () => {
    given(affinity, bound('a'), later(500)).when(use('a')).thenEvents()
    given(affinity, bound('a'), later(501))
      .when(use('a'))
      .thenEvents({ type: 'affinity.renewed', data: { until: start + 1_501 } })
      .thenState({ endpoint: 'a', until: start + 1_501 })
  })

  it('moves, and says why', () => {
    given(affinity, bound('a'))
      .when(use('b'))
      .thenEvents({
        type: 'affinity.moved',
        data: { endpoint: 'b', until: start + 1_000, why: 'a is down' },
      })
  })

  it('means nothing once its time is over', () => {
    const state = stateAfter(affinity, bound('a'))
    expect(boundTo(state, start + 999)).toBe('a')
    expect(boundTo(state, start + 1_000)).toBeUndefined()
    given(affinity, bound('a'), later(1_000)).when(use('b')).thenEvents('affinity.bound')
  })
})
