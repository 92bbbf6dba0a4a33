import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { armKey, armScopes, placeOf, type Worker } from '../../../src/primitives/routing/arm.ts'
import { type Features, typeOf } from '../../../src/primitives/routing/decide/features.ts'
import { readArms } from '../../../src/primitives/routing/queries.ts'
import { SqliteStore } from '../../../src/storage/sqlite/store.ts'
import { withScratch } from '../../support/scratch.ts'
import { type Attempt, attempts, call, note } from './attempts.ts'

const features = (given: Partial<Features> = {}): Features => ({
  type: 'code',
  length: 'short',
  urgency: 'normal',
  requires: [],
  ...given,
})

const worker = (given: Partial<Worker>): Worker => ({
  agent_id: 'agt_1',
  name: null,
  profile: null,
  runner: 'client',
  runner_options: null,
  ...given,
})

describe('the key of an arm', () => {
  it('is profile, runner and model or command, whatever the agent is called', () => {
    const model = { profile: 'writer', runner: 'model', runner_options: { model: 'llama' } } as const
    expect(armKey(worker({ ...model, name: 'ana' }))).toBe('writer|model|llama')
    expect(armKey(worker({ ...model, agent_id: 'agt_2' }))).toBe('writer|model|llama')
    expect(armKey(worker({ runner: 'command', runner_options: { command: 'lint' } }))).toBe('-|command|lint')
  })

  it('tells clients without a profile apart by name, or else by id', () => {
    expect(armKey(worker({ name: 'ana' }))).toBe('~ana|client|-')
    expect(armKey(worker({}))).toBe('~agt_1|client|-')
    expect(armKey(worker({ name: 'ben', profile: 'base_agent' }))).toBe('~ben|client|-')
  })

  it('cannot be made to look like another', () => {
    expect(armKey(worker({ profile: 'a|model|b' }))).toBe('a/model/b|client|-')
    const scopes = armScopes(placeOf('a|client|-', features({ type: 'x|long' })))
    expect(scopes.type).toBe('arm:a|client|-|x_long')
  })
})

describe('the type that is learned by', () => {
  it('is what was named, else what is required, else any', () => {
    expect(typeOf(features({ type: ' Code  Review ' }))).toBe('code_review')
    expect(typeOf(features({ type: '', requires: ['sql', 'python'] }))).toBe('python+sql')
    expect(typeOf(features({ type: '' }))).toBe('any')
    expect(typeOf(features({ type: 'x'.repeat(500) }))).toHaveLength(64)
  })

  it('stays what it is, and holds no separator', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (type) => {
        const once = typeOf(features({ type }))
        expect(typeOf(features({ type: once }))).toBe(once)
        expect(once).not.toMatch(/[|\s]/)
        expect(once).not.toBe('')
      }),
    )
  })
})

const open = (file: string) =>
  new SqliteStore({
    file,
    durability: 'normal',
    streams: [attempts],
    schema: [],
    clock: Date.now,
    newId: (prefix) => `${prefix}_1`,
  })

describe('what was learned of arms', () => {
  it('is read at three levels, and survives a restart', () =>
    withScratch(async (directory) => {
      const file = join(directory, 'arms.db')
      const first = open(file)
      const done = (busyMs: number, of = features()): Attempt => ({
        arm: 'a',
        of,
        outcome: { ok: true, busyMs, costUsd: 0.25 },
      })
      const past: Attempt[] = [
        done(100),
        done(300),
        { arm: 'a', of: features(), outcome: { ok: false } },
        done(1_000, features({ length: 'long' })),
        done(5_000, features({ type: 'text' })),
        { arm: 'b', of: features(), outcome: { ok: false, costUsd: 0.5 } },
      ]
      await first.execute(note, past, call)
      await first.close()

      const second = open(file)
      const arms = await second.read(readArms, { arms: ['a', 'b', 'c', 'a'], features: features() })
      await second.close()
      expect([...arms.keys()]).toEqual(['a', 'b', 'c'])
      expect(arms.get('a')).toMatchObject({
        cell: { done: 2, failed: 1, busy_ms: 400, cost_usd: 0.5, cost_reports: 2 },
        type: { done: 3, failed: 1, busy_ms: 1_400 },
        overall: { done: 4, failed: 1, busy_ms: 6_400, cost_usd: 1, cost_reports: 4 },
      })
      expect(arms.get('b')?.cell).toMatchObject({ done: 0, failed: 1, cost_usd: 0.5 })
      expect(arms.get('c')?.overall).toMatchObject({ done: 0, failed: 0, cost_reports: 0 })
    }))
})
