import { beforeEach, describe, expect, it } from 'vitest'
import * as engine from '../../../src/conditions/engine.ts'
import { decideRule, type RoutingRecord, replay } from '../../../src/primitives/policy/decide.ts'
import { runFeatures, taskFeatures } from '../../../src/primitives/policy/facts.ts'
import { policyAt, policyInForce, policyOf } from '../../../src/primitives/policy/find.ts'
import { readyPolicy } from '../../../src/primitives/policy/ready.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import { theTask } from '../../../src/primitives/task/find.ts'
import { three } from '../../primitives/policy/policies.ts'
import { type Board, startBoard } from '../board.ts'

let board: Board
beforeEach(async () => {
  board = await startBoard()
})

const set = (args: object) => board.call('set_policy', args)
const head = async () => (await board.call('observe_events', { after: 'now' })).cursor

/** As a router decides: the policy in force, the features of the task; what it would keep of it. */
const route = (handle: string): Promise<RoutingRecord> =>
  board.store.read(async (db) => {
    const run = await runById(db, board.run_id)
    const task = await theTask(db, run.no, handle)
    const features = { task: await taskFeatures(db, task), run: await runFeatures(db, run) }
    const policy = await policyInForce(db, run.no, engine)
    if (!policy) throw new Error('no policy')
    return { features, policy_version: policy.version, rule_id: decideRule(policy.policy, features).rule_id }
  }, undefined)

const again = (record: RoutingRecord) =>
  board.store.read(async (db) => {
    const run = await runById(db, board.run_id)
    const entity = await policyOf(db, run.no)
    const policy = entity && (await policyAt(db, entity, record.policy_version))
    if (!policy) throw new Error('no such version')
    return replay(JSON.parse(JSON.stringify(record)), readyPolicy(policy, engine))
  }, undefined)

const plan = () =>
  board.plan(
    {
      key: 'long',
      task: 'Read it all.',
      context: { text: 'x'.repeat(6_000), tags: ['night'], type: 'legal' },
    },
    { key: 'short', task: 'Read it.' },
    { key: 'urgent', task: 'Read it.', priority: 'urgent' },
    { key: 'medium', task: 'x '.repeat(600) },
  )

describe('set_policy', () => {
  it('sets three rules, and tasks get what they say', async () => {
    await plan()
    expect(await set({ ...three, reason: 'begin' })).toEqual({
      run_id: board.run_id,
      version: 1,
      rules: 3,
      enabled: 3,
      changed: true,
      dry_run: false,
    })
    const rules = await Promise.all(['long', 'short', 'urgent', 'medium'].map(route))
    expect(rules.map(({ rule_id }) => rule_id)).toEqual(['long', 'short', 'urgent', null])
    expect(rules[0]?.features.task).toMatchObject({ tags: ['night'], type: 'legal', type_confidence: 1 })
    expect(rules[0]?.features.run).toMatchObject({ ready: 4, claimed: 0 })
    const { events } = await board.call('observe_events', { types: ['policy.*'], verbose: true })
    expect(events).toMatchObject([{ type: 'policy.set', data: { version: 1, reason: 'begin' } }])
  })

  it('holds from the next request on; records of both versions replay, also after a rollback', async () => {
    await plan()
    await set(three)
    const before = await route('short')
    await board.call('create_checkpoint', { label: 'here' })
    await set({
      rules: [{ id: 'all', condition: 'task.tokens < 10 && run.ready > 0', then: { strategy: 'cost' } }],
    })
    const after = await route('short')
    expect([before, after]).toMatchObject([
      { policy_version: 1, rule_id: 'short' },
      { policy_version: 2, rule_id: 'all' },
    ])
    expect(await set({ rollback_to: 1 })).toMatchObject({ version: 3, rules: 3, changed: true })
    expect(await route('short')).toMatchObject({ policy_version: 3, rule_id: 'short' })
    // Versions never go back, whatever the run does.
    await board.call('rollback_to_checkpoint', { checkpoint_id: 'here' })
    expect(await route('short')).toMatchObject({ policy_version: 3, rule_id: 'short' })
    expect(await set({ rollback_to: 2 })).toMatchObject({ version: 4, rules: 1 })
    for (const record of [before, after]) expect(await again(record)).toMatchObject({ same: true })
    expect(await again({ ...before, policy_version: 2 })).toMatchObject({ same: false, rule_id: 'all' })
  })

  it('switches rules off and on', async () => {
    await plan()
    await set(three)
    expect(await set({ disable: ['urgent'] })).toMatchObject({ version: 2, rules: 3, enabled: 2 })
    expect(await route('urgent')).toMatchObject({ rule_id: 'short' })
    expect(await set({ enable: ['urgent'], disable: ['short'] })).toMatchObject({ version: 3, enabled: 2 })
    expect(await route('urgent')).toMatchObject({ rule_id: 'urgent' })
    expect(await route('short')).toMatchObject({ rule_id: null })
  })

  it('makes no version of what it says already', async () => {
    await set(three)
    const at = await head()
    expect(await set(three)).toMatchObject({ version: 1, changed: false })
    expect(await set({ yaml: JSON.stringify(three) })).toMatchObject({ version: 1, changed: false })
    expect(await set({ enable: ['long'] })).toMatchObject({ version: 1, changed: false })
    expect(await head()).toBe(at)
  })

  it('shows with dry_run what open tasks would get, and writes nothing', async () => {
    const ids = await plan()
    await board.plan({ key: 'waits', task: 'Read it.', depends_on: ['short'] })
    const at = await head()
    const tried = await set({ ...three, dry_run: true })
    expect(tried).toMatchObject({
      version: 1,
      changed: true,
      dry_run: true,
      open_tasks: 5,
      matched: { long: 1, short: 2, urgent: 1, '(no rule)': 1 },
    })
    expect(tried.preview).toHaveLength(5)
    expect(tried.preview[0]).toEqual({
      task_id: ids.long,
      key: 'long',
      rule_id: 'long',
      why: 'length is long',
      effect: { targets: [{ model: 'big', kind: 'gpu' }] },
    })
    expect(await head()).toBe(at)
    await set(three)
    expect(await set({ disable: ['short'], dry_run: true })).toMatchObject({
      version: 2,
      enabled: 2,
      matched: { long: 1, urgent: 1, '(no rule)': 3 },
    })
    expect(await set({ disable: ['short'] })).toMatchObject({ version: 2 })
    expect(await set({ rollback_to: 1, dry_run: true })).toMatchObject({ version: 3, enabled: 3 })
    expect(await set({ rollback_to: 2, dry_run: true })).toMatchObject({ version: 2, changed: false })
  })

  it.each([
    [{ rules: [{ id: 'a', when: { lenght: 'long' }, then: { priority: 'high' } }] }, 'rules[0].when.lenght'],
    [{ yaml: 'rules:\n  - id: a\n    then: { priority: top }' }, 'rules[0].then.priority'],
    [{ rules: [{ id: 'a', condition: 'task.tokns > 1', then: { priority: 'high' } }] }, 'rules[0].condition'],
    [{ rules: [], default: { strategy: 'best' } }, 'default.strategy'],
    [{ yaml: ': : :\n- [' }, 'yaml'],
    [{}, 'rules'],
    [{ rules: [], yaml: 'rules: []' }, 'yaml'],
    [{ rules: [], disable: ['a'] }, 'enable or disable'],
    [{ yaml: 'rules: []', default: {} }, 'default'],
  ])('refuses %j with its path, dry or not', async (args, field) => {
    const at = await head()
    for (const dry_run of [false, true])
      await expect(set({ ...args, dry_run })).rejects.toMatchObject({
        code: 'invalid_argument',
        report: { details: { field } },
      })
    expect(await head()).toBe(at)
  })

  it('refuses what there is not', async () => {
    await expect(set({ rollback_to: 1 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(set({ enable: ['long'] })).rejects.toMatchObject({ code: 'not_found' })
    await set(three)
    await expect(set({ rollback_to: 2 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(set({ enable: ['wide'] })).rejects.toMatchObject({ code: 'not_found' })
    await expect(set({ enable: ['long'], disable: ['long'] })).rejects.toMatchObject({ code: 'conflict' })
    await board.call('end_run', { outcome: 'completed' })
    await expect(set({ disable: ['long'] })).rejects.toMatchObject({ code: 'already_ended' })
    await expect(set({ disable: ['long'], dry_run: true })).rejects.toMatchObject({ code: 'already_ended' })
  })

  it('is not for a worker', async () => {
    await board.call('join_as_agent', { name: 'worker' })
    await expect(set(three)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('acts once per idempotency_key', async () => {
    const first = await set({ ...three, idempotency_key: 'k' })
    await set({ rules: [] })
    expect(await set({ ...three, idempotency_key: 'k' })).toEqual(first)
    await expect(set({ rules: [], idempotency_key: 'k' })).rejects.toMatchObject({ code: 'conflict' })
    expect(await set({ rollback_to: 1 })).toMatchObject({ version: 3 })
  })

  it('holds for its run alone, and for every server on the file', async () => {
    await set(three)
    const other = await board.another()
    expect(await other.call('set_policy', { ...three, run_id: board.run_id })).toMatchObject({
      changed: false,
    })
    const { run_id } = await other.call('start_run', { goal: 'another' })
    expect(await other.call('set_policy', { rules: [], run_id })).toMatchObject({ version: 1, rules: 0 })
    expect(await set({ disable: ['long'], run_id: board.run_id })).toMatchObject({ version: 2, rules: 3 })
  })

  it('goes to the archive with its run', async () => {
    await set(three)
    await set({ disable: ['long'] })
    expect(await board.call('end_run', { outcome: 'completed', archive: true })).toMatchObject({
      archived: 6,
    })
    const { events } = await board.call('observe_events', { types: ['policy.*'], run_id: board.run_id })
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['policy.set', 'policy.rules_switched'])
  })

  it('says what came of it', async () => {
    await plan()
    const dry = (await board.say('set_policy', { ...three, dry_run: true })).split('\n')
    expect(dry.slice(0, 2)).toEqual([
      `Nothing was written. It would become version 1 of ${board.run_id}: 3 rules.`,
      '4 open tasks; long: 1, short: 1, urgent: 1, (no rule): 1.',
    ])
    expect(dry[4]).toMatch(/^- tsk_\w+: urgent \(urgency is urgent\) → \{"priority":"urgent"\}$/)
    expect(await board.say('set_policy', three)).toContain('Policy version 1')
    expect(await board.say('set_policy', { disable: ['long'] })).toContain('3 rules, 1 of them off')
  })
})
