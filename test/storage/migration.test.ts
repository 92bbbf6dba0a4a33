import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { streams } from '../../src/primitives/index.ts'
import { audit } from '../../src/storage/sqlite/audit.ts'
import { startBaton, tempFile } from '../support/client.ts'

/** A file that an earlier Baton made: what is in it stands at its head. */
const olderFile = (schema: 1 | 2): string => {
  const file = tempFile()
  const db = new Database(file)
  db.exec(readFileSync(new URL(`./fixtures/schema-${schema}.sql`, import.meta.url), 'utf8'))
  db.close()
  return file
}

const findings = (file: string) => {
  const db = new Database(file, { readonly: true })
  const { findings: found } = audit(db, streams)
  db.close()
  return found
}

describe('a database of schema 1', () => {
  it('is brought up to date with everything in it, and goes on', async () => {
    const file = olderFile(1)
    const baton = await startBaton({ file })
    expect(findings(file)).toEqual([])
    const { tasks } = await baton.call('list_tasks', {})
    expect(tasks.map(({ key, status }: { key: string; status: string }) => `${key} ${status}`)).toEqual([
      'a done',
      'b claimed',
      'c ready',
    ])
    await baton.call('create_tasks', { tasks: [{ key: 'd', task: 'sweep up', depends_on: ['c'] }] })
    await baton.call('spawn_agent', { purpose: 'paint', name: 'kim' })
    await baton.call('claim_task', { agent_id: 'kim', task_id: 'c' })
    await baton.call('complete_task', { task_id: 'c', result: 'red' })
    expect((await baton.call('get_task', { task_id: 'd' })).status).toBe('ready')
    const { reverted } = await baton.call('rollback_to_checkpoint', { checkpoint_id: 'begun' })
    expect(reverted).toMatchObject({ undone_tasks: 1, undone_agents: 1 })
    await baton.close()
    expect(baton.faults).toEqual([])
    expect(findings(file)).toEqual([])
  })

  it('is opened by several at once', async () => {
    const file = olderFile(1)
    const all = await Promise.all([1, 2, 3].map(() => startBaton({ file })))
    for (const baton of all) expect((await baton.call('list_runs', {})).runs).toHaveLength(1)
  })
})

describe('a database of schema 2', () => {
  it('is brought up to date with everything in it, and compares ways of working', async () => {
    const file = olderFile(2)
    const baton = await startBaton({ file })
    expect(findings(file)).toEqual([])
    const { strategies, experiments } = await baton.call('compare_strategies', {})
    expect(strategies.fared).toMatchObject([{ kind: 'creative', mode: 'parallel', n: 1, mean_quality: 0.6 }])
    expect(experiments).toEqual([])
    const variants = [{ name: 'one', mode: 'parallel' }, { name: 'other' }]
    await baton.call('compare_strategies', { experiment: 'rain', variants, samples: 10 })
    await baton.call('orchestrate', { query: 'Write a poem about hail', experiment: 'rain' })
    await baton.call('rollback_to_checkpoint', { checkpoint_id: 'begun' })
    const { experiment } = await baton.call('compare_strategies', { experiment: 'rain' })
    const assigned = experiment.variants.map((variant: { assigned: number }) => variant.assigned)
    expect(assigned.reduce((sum: number, n: number) => sum + n, 0)).toBe(1)
    await baton.close()
    expect(baton.faults).toEqual([])
    expect(findings(file)).toEqual([])
  })

  it('gets the tables of what is learned, and learns', async () => {
    const file = olderFile(2)
    const baton = await startBaton({ file })
    await baton.call('start_run', { goal: 'query' })
    await baton.call('spawn_agent', { purpose: 'query', name: 'sam', max_concurrent: 9 })
    const tasks = Array.from({ length: 5 }, (_, i) => ({ task: `do ${i}`, context: { type: 'sql' } }))
    await baton.call('create_tasks', { tasks })
    for (const _ of tasks) {
      const { task } = await baton.call('claim_task', { agent_id: 'sam' })
      await baton.call('complete_task', { task_id: task.task_id, result: 'done' })
    }
    expect((await baton.call('consolidate', {})).learned).toHaveLength(1)
    await baton.close()
    expect(baton.faults).toEqual([])
    expect(findings(file)).toEqual([])
  })
})
