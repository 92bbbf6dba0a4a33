import { beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'

let baton: TestBaton
const call = (name: string, args?: object) => baton.call(name, args)

beforeEach(async () => {
  baton = await startBaton()
  await call('start_run', { goal: 'Build a shed' })
})

const make = (...tasks: object[]): Promise<Answer> => call('create_tasks', { tasks })

/** All pages of a list, and how many there were. */
const everyPage = async (tool: string, args: object, field = 'tasks') => {
  const rows: Answer[] = []
  let pages = 0
  for (let cursor: string | undefined; pages < 100; ) {
    const page = await call(tool, { ...args, ...(cursor === undefined ? {} : { cursor }) })
    rows.push(...page[field])
    pages++
    cursor = page.next_cursor
    if (cursor === undefined) break
  }
  return { rows, pages }
}

const many = (count: number, of: (i: number) => object = () => ({})) =>
  make(...Array.from({ length: count }, (_, i) => ({ key: `k${i}`, task: `Task ${i}`, ...of(i) })))

describe('list_tasks', () => {
  it('combines filters exactly', async () => {
    const ada = await call('spawn_agent', { purpose: 'Saw', name: 'ada' })
    await call('spawn_agent', { purpose: 'Paint', name: 'bob' })
    await many(60, (i) => ({
      task: i % 2 ? `Saw board ${i}` : `Paint BOARD ${i}`,
      priority: i % 3 ? 'normal' : 'high',
      agent_id: i % 5 ? 'ada' : 'bob',
      ...(i % 4 ? {} : { depends_on: [`k${(i + 1) % 60}`] }),
    }))
    const wanted = Array.from({ length: 60 }, (_, i) => i).filter(
      (i) => i % 2 === 0 && i % 3 === 0 && i % 5 !== 0 && i % 4 === 0,
    )
    expect(wanted.length).toBeGreaterThan(2)
    const filters = { status: 'blocked', agent_id: 'ada', priority: 'high', text: 'paint board' }
    const { tasks } = await call('list_tasks', filters)
    expect(tasks.map(({ key }: Answer) => key)).toEqual(wanted.map((i) => `k${i}`))
    expect(tasks[0]).toMatchObject({ agent_id: ada.agent_id, priority: 'high', status: 'blocked' })
  })

  it.each([{}, { status: 'ready' }, { text: 'task' }, { status: 'ready', priority: 'normal' }])(
    'pages over 250 tasks, each once: %j',
    async (filters) => {
      await many(250)
      const { rows, pages } = await everyPage('list_tasks', { ...filters, limit: 40 })
      expect(rows.map(({ key }) => key)).toEqual(Array.from({ length: 250 }, (_, i) => `k${i}`))
      expect(pages).toBe(7)
    },
  )

  it('names prerequisites that are not satisfied', async () => {
    const { task_ids } = await make(
      { key: 'a', task: 'a' },
      { key: 'b', task: 'b' },
      { key: 'c', task: 'c', depends_on: ['a', 'b'] },
    )
    const agent_id = (await call('spawn_agent', { purpose: 'x' })).agent_id
    await call('claim_task', { agent_id, task_id: 'a' })
    await call('complete_task', { task_id: 'a', result: 'ok' })
    const { tasks } = await call('list_tasks', { status: 'blocked' })
    expect(tasks).toMatchObject([{ key: 'c', blocked_by: [task_ids.b] }])
  })

  it('lists subtasks of one task', async () => {
    await make({ key: 'top', task: 'top' })
    await call('delegate_subtask', { task: 'under', parent_task_id: 'top', key: 'sub' })
    const { tasks } = await call('list_tasks', { parent_task_id: 'top' })
    expect(tasks.map(({ key }: Answer) => key)).toEqual(['sub'])
    expect((await call('list_tasks', { parent_task_id: 'top', status: 'done' })).tasks).toEqual([])
  })

  it('finds text in any case in title, key and task, and nothing else', async () => {
    await make(
      { key: 'Oak', task: 'plain' },
      { task: 'first line\nthen the OAK beam' },
      { task: 'x', title: 'Sand the oak' },
      { task: 'y', context: { wood: 'oak' } },
    )
    expect((await call('list_tasks', { text: 'oak' })).tasks).toHaveLength(3)
    expect((await call('list_tasks', { text: '%' })).tasks).toEqual([])
  })

  it('tells when tasks were made', async () => {
    let now = Date.UTC(2026, 0, 1)
    baton = await startBaton({ clock: () => now })
    await call('start_run', { goal: 'g' })
    for (const key of ['a', 'b', 'c']) {
      await make({ key, task: key })
      now += 60_000
    }
    const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString()
    const keys = async (args: object) => (await call('list_tasks', args)).tasks.map(({ key }: Answer) => key)
    expect(await keys({ created_after: at(0) })).toEqual(['b', 'c'])
    expect(await keys({ created_before: at(2) })).toEqual(['a', 'b'])
    expect(await keys({ created_after: at(0), created_before: at(2), status: 'ready' })).toEqual(['b'])
    await expect(keys({ created_after: 'yesterday' })).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  it('cuts long results and says so', async () => {
    await make({ key: 'a', task: 'a' }, { key: 'b', task: 'b' })
    const { agent_id } = await call('spawn_agent', { purpose: 'x' })
    for (const [task_id, result] of [
      ['a', 'r'.repeat(5_000)],
      ['b', { fine: true }],
    ]) {
      await call('claim_task', { agent_id, task_id })
      await call('complete_task', { task_id, result })
    }
    const { tasks } = await call('list_tasks', { view: 'results' })
    expect(tasks[0]).toMatchObject({ more: true, result_chars: 5_000, untrusted: true, author: agent_id })
    expect(tasks[0].result).toHaveLength(1_500)
    expect(tasks[1]).toMatchObject({ result: { fine: true }, verification: 'none' })
    expect(tasks[1].more).toBeUndefined()
  })

  it('answers as of a moment, by every filter', async () => {
    await many(30)
    const { agent_id } = await call('spawn_agent', { purpose: 'x' })
    const { checkpoint_id, seq } = await call('create_checkpoint', { label: 'before' })
    for (const task_id of ['k3', 'k7']) {
      await call('claim_task', { agent_id, task_id })
      await call('complete_task', { task_id, result: 1 })
    }
    await make({ key: 'late', task: 'late' })
    const keys = async (args: object) =>
      (await everyPage('list_tasks', { limit: 7, ...args })).rows.map(({ key }) => key)
    const all = Array.from({ length: 30 }, (_, i) => `k${i}`)
    for (const as_of of [checkpoint_id, 'before', seq, String(seq)]) {
      expect(await keys({ as_of })).toEqual(all)
      expect(await keys({ as_of, status: 'ready' })).toEqual(all)
      expect(await keys({ as_of, status: 'done' })).toEqual([])
      expect(await keys({ as_of, agent_id })).toEqual([])
    }
    expect(await keys({ status: 'done' })).toEqual(['k3', 'k7'])
    await call('rollback_to_checkpoint', { checkpoint_id })
    expect(await keys({})).toEqual(all)
    const then = await call('list_tasks', { as_of: 'before', limit: 200 })
    const now = await call('list_tasks', { limit: 200 })
    expect(now.tasks).toEqual(then.tasks)
  })

  it('refuses a cursor that is none, or of another list', async () => {
    await many(3)
    const { next_cursor } = await call('list_tasks', { limit: 1 })
    await expect(call('list_tasks', { cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_argument' })
    await expect(call('list_tasks', { cursor: next_cursor, status: 'ready' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(call('list_tasks', { as_of: 'no such moment' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('says how many there are and what to do for more', async () => {
    await many(3)
    expect(await baton.say('list_tasks', { limit: 2 })).toMatch(/^2 of 3 tasks of run_.*cursor "[^"]+"\.$/s)
    expect(await baton.say('list_tasks', { limit: 9 })).toMatch(/^3 of 3 tasks/)
  })
})
