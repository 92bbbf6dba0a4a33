import { beforeEach, describe, expect, it } from 'vitest'
import { startBaton, type TestBaton } from '../../support/client.ts'
import { head, open } from './look.ts'

let baton: TestBaton
beforeEach(async () => {
  baton = await startBaton()
})

interface Creating {
  readonly tool: string
  readonly args: object
  readonly others: object
  /** Where the same arguments cannot be used twice: some that can. */
  readonly again?: object
}

const creating: readonly Creating[] = [
  { tool: 'start_run', args: { goal: 'a' }, others: { goal: 'b' } },
  { tool: 'spawn_agent', args: { purpose: 'a' }, others: { purpose: 'b' } },
  {
    tool: 'create_tasks',
    args: { tasks: [{ key: 'k', task: 'a' }] },
    others: { tasks: [{ key: 'k', task: 'b' }] },
    again: { tasks: [{ task: 'a' }] },
  },
  { tool: 'delegate_subtask', args: { task: 'a' }, others: { task: 'b' } },
  { tool: 'broadcast_task', args: { task: 'a', filter: {} }, others: { task: 'b', filter: {} } },
  { tool: 'create_checkpoint', args: { label: 'a' }, others: { label: 'b' } },
]

describe.each(creating)('$tool with an idempotency_key', ({ tool, args, others, again }) => {
  beforeEach(async () => {
    await open(baton)
    await baton.call('spawn_agent', { purpose: 'do' })
  })

  it('acts once; the same key with other arguments is a conflict', async () => {
    const first = await baton.call(tool, { ...args, idempotency_key: 'once' })
    const after = await head(baton)
    expect(await baton.call(tool, { ...args, idempotency_key: 'once' })).toEqual(first)
    await expect(baton.call(tool, { ...others, idempotency_key: 'once' })).rejects.toMatchObject({
      code: 'conflict',
      report: { details: { field: 'idempotency_key' } },
    })
    expect(await head(baton)).toBe(after)
    const second = await baton.call(tool, { ...(again ?? args), idempotency_key: 'two' })
    expect(second).not.toEqual(first)
  })
})

describe('an idempotency_key', () => {
  it('counts within its run and tool', async () => {
    const first = await open(baton)
    const args = { tasks: [{ task: 'a' }], idempotency_key: 'once' }
    const one = await baton.call('create_tasks', args)
    const second = await open(baton)
    const two = await baton.call('create_tasks', args)
    expect([one.run_id, two.run_id]).toEqual([first, second])
    expect(await baton.call('delegate_subtask', { task: 'a', idempotency_key: 'once' })).toMatchObject({
      run_id: second,
    })
  })

  it('of a call that was refused is free', async () => {
    await open(baton)
    const bad = { tasks: [{ task: 'a', depends_on: ['nowhere'] }], idempotency_key: 'once' }
    await expect(baton.call('create_tasks', bad)).rejects.toMatchObject({ code: 'not_found' })
    const good = { tasks: [{ task: 'a' }], idempotency_key: 'once' }
    expect(await baton.call('create_tasks', good)).toMatchObject({ ready: 1 })
  })

  it('of a call that was rolled back since is a conflict; one from before stays answered', async () => {
    await open(baton)
    const early = { tasks: [{ key: 'early', task: 'a' }], idempotency_key: 'early' }
    const late = { tasks: [{ key: 'late', task: 'a' }], idempotency_key: 'late' }
    const answer = await baton.call('create_tasks', early)
    await baton.call('create_checkpoint', { label: 'here' })
    const second = await baton.call('create_tasks', late)
    const { undo_checkpoint_id } = await baton.call('rollback_to_checkpoint', { checkpoint_id: 'here' })
    expect(await baton.call('create_tasks', early)).toEqual(answer)
    await expect(baton.call('create_tasks', late)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('rolled back'),
    })
    await baton.call('rollback_to_checkpoint', { checkpoint_id: undo_checkpoint_id })
    expect(await baton.call('create_tasks', late)).toEqual(second)
  })

  it.each([
    ['create_tasks', { tasks: [{ task: 'a' }] }],
    ['spawn_agent', { purpose: 'a' }],
  ])('of a %s that opened its run is found again, also by another session', async (tool, args) => {
    const call = { ...args, idempotency_key: 'once' }
    const first = await baton.call(tool, call)
    expect(await baton.call(tool, call)).toEqual(first)
    const other = await startBaton({ file: baton.file })
    expect(await other.call(tool, call)).toEqual(first)
    await baton.call('end_run', { outcome: 'completed' })
    const third = await startBaton({ file: baton.file })
    expect(await third.call(tool, call)).toEqual(first)
  })
})
