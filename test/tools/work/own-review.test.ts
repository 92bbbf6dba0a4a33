import { describe, expect, it } from 'vitest'
import type { TestBaton } from '../../support/client.ts'
import { startBoard } from '../board.ts'

const review = { kind: 'review' }

/** A session that joined as ada, handed in what is to be reviewed, and then joined as another agent too. */
const twoHats = async (settings: object = { escalate_below: null }) => {
  const board = await startBoard(settings)
  const { run_id } = board
  await board.call('spawn_agent', { purpose: 'work', name: 'ada', max_concurrent: 9 })
  await board.plan({ key: 'one', task: 'x', agent_id: 'ada', checks: [review] })
  const worker = await board.another()
  const { agent_id: ada } = await worker.call('join_as_agent', { run_id, agent_id: 'ada' })
  await worker.call('claim_task', { task_id: 'one' })
  await worker.call('complete_task', { task_id: 'one', result: 'mine' })
  const { agent_id: sock } = await worker.call('join_as_agent', { run_id, name: 'sock' })
  return { board, worker, ada, sock, run_id, review: await reviewOf(board) }
}

const reviewOf = async (baton: TestBaton): Promise<string> =>
  (await baton.call('list_tasks', { status: 'ready' })).tasks.find(({ title }: { title: string }) =>
    title.startsWith('Review'),
  ).task_id

describe('a session does not review its own work as another agent', () => {
  it('is refused the named review, and told why', async () => {
    const { worker, ada, review: task_id } = await twoHats()
    for (const takeover of [false, true])
      await expect(worker.call('claim_task', { task_id, takeover })).rejects.toMatchObject({
        code: 'forbidden',
        report: {
          message: `Task ${task_id} reviews the work of ${ada}, as whom this session works too, so another session must take it.`,
        },
      })
  })

  it('passes it over, says so when there is nothing else, and takes what else there is', async () => {
    const { board, worker, ada, sock } = await twoHats()
    const nothing = await worker.call('claim_task')
    expect(nothing).toMatchObject({ agent_id: sock, task: null })
    expect(nothing.reason).toContain(
      `A review of the work of ${ada} is left to another session: this one works as ${ada} too.`,
    )
    expect(await worker.call('claim_task', { wait_ms: 50 })).toMatchObject({ task: null })
    await board.plan({ key: 'two', task: 'y' }, { key: 'three', task: 'z' })
    expect(await worker.call('claim_task')).toMatchObject({ task: { key: 'two' } })
    const { next } = await worker.call('complete_task', { task_id: 'two', result: 1, claim_next: 5 })
    expect(next).toMatchObject([{ task: { key: 'three' } }])
    const done = await worker.call('complete_task', { task_id: 'three', result: 1, claim_next: true })
    expect(done.next).toMatchObject({
      task: null,
      reason: expect.stringContaining('left to another session'),
    })
  })

  it('leaves it to an agent of another session', async () => {
    const { board, worker, run_id, review: task_id } = await twoHats()
    const other = await board.another()
    await other.call('join_as_agent', { run_id, name: 'other' })
    expect(await other.call('claim_task')).toMatchObject({ task: { task_id } })
    await other.call('complete_task', { task_id, result: { approve: true } })
    expect((await board.call('get_task', { task_id: 'one' })).verification).toBe('verified')
    expect((await worker.call('claim_task')).reason).not.toContain('left to another session')
  })

  it('goes for the validation of an unsure result too', async () => {
    const { board, worker, ada } = await twoHats({ escalate_below: {} })
    await board.plan({ key: 'unsure', task: 'x', agent_id: 'ada' })
    await worker.call('claim_task', { agent_id: ada, task_id: 'unsure' })
    const { verification } = await worker.call('complete_task', {
      task_id: 'unsure',
      result: 1,
      confidence: 0.75,
    })
    expect(verification).toBe('pending')
    expect(await worker.call('claim_task', { agent_id: 'sock' })).toMatchObject({ task: null })
  })

  it('counts what it handed in before it joined at all', async () => {
    const board = await startBoard()
    const { run_id } = board
    await board.call('spawn_agent', { purpose: 'work', name: 'ada' })
    await board.plan({ key: 'one', task: 'x', agent_id: 'ada', checks: [review] })
    await board.call('claim_task', { agent_id: 'ada' })
    await board.call('complete_task', { task_id: 'one', result: 'mine' })
    const task_id = await reviewOf(board)
    await board.call('join_as_agent', { run_id, name: 'sock' })
    await expect(board.call('claim_task', { task_id })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await board.call('claim_task')).toMatchObject({ task: null })
  })

  it('leaves a conductor that never joined as it is: it plays everybody', async () => {
    const board = await startBoard()
    await board.call('spawn_agent', { purpose: 'work', name: 'ada' })
    await board.plan({ key: 'one', task: 'x', agent_id: 'ada', checks: [review] })
    await board.call('claim_task', { agent_id: 'ada' })
    await board.call('complete_task', { task_id: 'one', result: 'mine' })
    const { task } = await board.claim()
    expect(task.title).toBe('Review: x')
    await board.call('complete_task', { task_id: task.task_id, result: { approve: true } })
    expect((await board.call('get_task', { task_id: 'one' })).verification).toBe('verified')
  })
})
