import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { later, startBoard } from '../board.ts'

interface Event {
  readonly seq: number
  readonly type: string
}

const typesOf = ({ events }: { events: readonly Event[] }) => events.map(({ type }) => type)

/** A board on which one task was created, claimed, failed, claimed again and completed. */
const storied = async () => {
  const board = await startBoard()
  const { one } = await board.plan({ key: 'one', task: 'x', retry_delay_ms: 0, context: { token: 'mine' } })
  await board.claim()
  await board.call('fail_task', { task_id: one, error: 'rain\n  and wind' })
  await board.claim()
  await board.call('complete_task', { task_id: one, result: { token: 'of the worker', digest: 'too' } })
  return { board, one: one as string }
}

const story = [
  'run.started',
  'agent.spawned',
  'task.created',
  'task.claimed',
  'task.attempt_failed',
  'task.retry_due',
  'task.claimed',
  'task.completed',
]

describe('observing events', () => {
  it('tells a run from its beginning, in order', async () => {
    const { board, one } = await storied()
    const page = await board.call('observe_events', {})
    expect(typesOf(page)).toEqual(story)
    expect(page.more).toBe(false)
    const failed = page.events[4]
    expect(failed).toMatchObject({
      subject: one,
      name: 'one',
      actor: { session: board.connection.session.id, client: 'test 1', as: board.agent_id, proof: 'lease' },
      at: new Date(board.clock.now).toISOString(),
      untrusted: true,
    })
    expect(failed.brief).toContain('error rain and wind')
    expect(failed).not.toHaveProperty('data')
    expect(await board.say('observe_events', {})).toContain('task.attempt_failed')
  })

  it('never tells tokens or digests, also not in states that a rollback brought back', async () => {
    const { board, one } = await storied()
    const { checkpoint_id } = await board.call('create_checkpoint', {})
    await board.call('create_tasks', { tasks: [{ key: 'two', task: 'y', retry_delay_ms: 0 }] })
    await board.claim()
    await board.call('fail_task', { task_id: 'two', error: 'rain' })
    const later = await board.call('create_checkpoint', {})
    await board.claim()
    await board.call('rollback_to_checkpoint', { checkpoint_id: later.checkpoint_id })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    const { events } = await board.call('observe_events', { verbose: true, limit: 200 })
    const text = JSON.stringify(
      events.map(({ data: { result: _, context: __, ...rest } }: { data: Record<string, unknown> }) => rest),
    )
    expect(text).not.toMatch(/"token"|"digest"/)
    const own = events.filter(({ subject }: { subject: string }) => subject === one)
    expect(own[0].data.context).toEqual({ token: 'mine' })
    expect(own.find(({ type }: Event) => type === 'task.completed').data.result).toEqual({
      token: 'of the worker',
      digest: 'too',
    })
  })

  it('takes globs', async () => {
    const { board } = await storied()
    const types = async (...globs: string[]) => typesOf(await board.call('observe_events', { types: globs }))
    expect(await types('task.*ed')).toEqual(story.filter((type) => /^task\..*ed$/.test(type)))
    expect(await types('agent.*', 'run.started')).toEqual(['run.started', 'agent.spawned'])
    expect(await types('task')).toEqual([])
    expect(await types('*')).toEqual(story)
    expect(await types('*a*a*a*a*a*a*a*b')).toEqual([])
  })

  it('follows one subject: by id, key, name or label', async () => {
    const { board, one } = await storied()
    await board.call('spawn_agent', { purpose: 'x', name: 'painter' })
    await board.call('create_checkpoint', { label: 'here' })
    const seen = async (subject: string) => typesOf(await board.call('observe_events', { subject }))
    expect(await seen(one)).toEqual(story.slice(2))
    expect(await seen('one')).toEqual(story.slice(2))
    expect(await seen('painter')).toEqual(['agent.spawned'])
    expect(await seen('here')).toEqual(['checkpoint.created'])
    expect(await seen(board.run_id)).toEqual(['run.started'])
    await expect(seen('nobody')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('pages each event once, in both directions, for any page and filter', async () => {
    const { board } = await storied()
    await board.plan(...Array.from({ length: 20 }, (_, i) => ({ key: `t${i}`, task: 'x' })))
    const all = (await board.call('observe_events', { limit: 200 })).events.map(({ seq }: Event) => seq)
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.constantFrom('oldest', 'newest'),
      fc.constantFrom(undefined, ['task.*']),
      async (limit, order, types) => {
        const seen: Event[] = []
        let after: string | undefined
        for (let more = true; more; ) {
          const page = await board.call('observe_events', { limit, order, types, after })
          seen.push(...page.events)
          ;({ cursor: after, more } = page)
        }
        const wanted = types ? all.slice(2) : all
        expect(seen.map(({ seq }) => seq)).toEqual(order === 'oldest' ? wanted : [...wanted].reverse())
        const rest = await board.call('observe_events', { limit, order, types, after })
        expect(rest.events).toEqual([])
      },
    )
    await fc.assert(property, { numRuns: 20 })
  })

  it('waits from now on for what another server does, and loses nothing in between', async () => {
    const { board } = await storied()
    const other = await board.another()
    const { run_id } = board
    const waiting = board.call('observe_events', {
      after: 'now',
      timeout_ms: 20_000,
      types: ['task.created'],
    })
    await later(50)
    await other.call('spawn_agent', { purpose: 'x', run_id })
    const create = (key: string) => other.call('create_tasks', { run_id, tasks: [{ key, task: 'x' }] })
    await create('a')
    const first = await waiting
    expect(first.events).toMatchObject([{ name: 'a' }])
    await create('b')
    await create('c')
    const rest = await board.call('observe_events', {
      after: first.cursor,
      timeout_ms: 20_000,
      types: ['task.*'],
    })
    expect(rest.events).toMatchObject([{ name: 'b' }, { name: 'c' }])
    const none = await board.call('observe_events', { after: rest.cursor, timeout_ms: 100 })
    expect(none).toMatchObject({ events: [], cursor: rest.cursor })
  })

  it('marks what a rollback has abandoned, and still finds what it undid', async () => {
    const { board, one } = await storied()
    const { checkpoint_id } = await board.call('create_checkpoint', {})
    const { gone } = await board.plan({ key: 'gone', task: 'x' })
    await board.call('rollback_to_checkpoint', { checkpoint_id })
    const { events } = await board.call('observe_events', { limit: 200 })
    const marked = events.filter(({ abandoned }: { abandoned?: boolean }) => abandoned)
    expect(marked).toMatchObject([{ type: 'task.created', subject: gone }])
    expect(typesOf(await board.call('observe_events', { subject: gone }))).toEqual([
      'task.created',
      'task.undone',
    ])
    expect(typesOf(await board.call('observe_events', { subject: one }))).toEqual(story.slice(2))
  })

  it('cuts long data and says so', async () => {
    const board = await startBoard()
    await board.plan({ key: 'one', task: 'x'.repeat(9_000) })
    const { events } = await board.call('observe_events', { subject: 'one', verbose: true })
    expect(events[0]).toMatchObject({ more: true, data: { key: 'one' } })
    expect(events[0].data.task).toHaveLength(1_500)
  })

  it('refuses a cursor that is none', async () => {
    const { board } = await storied()
    for (const after of ['soon', '-1', '1-2'])
      await expect(board.call('observe_events', { after })).rejects.toMatchObject({
        code: 'invalid_argument',
      })
  })
})
