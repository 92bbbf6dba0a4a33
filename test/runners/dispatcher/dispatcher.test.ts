import { describe, expect, it } from 'vitest'
import { type Answer, startBaton, type TestBaton, tempFile } from '../../support/client.ts'
import { deadPid, Toy, workshopOf } from './toy.ts'

const open = async (settings: object = {}, toy = new Toy()) => {
  const file = tempFile()
  const baton = await startBaton({ file, workshop: workshopOf(toy) })
  const { run_id } = await baton.call('start_run', { goal: 'saw', settings })
  return { baton, toy, file, run_id }
}

const spawn = (baton: TestBaton, args: object = {}) =>
  baton.call('spawn_agent', {
    purpose: 'saw',
    runner: 'command',
    runner_options: { command: 'toy' },
    ...args,
  })

const plan = async (
  baton: TestBaton,
  ...tasks: readonly (string | object)[]
): Promise<Record<string, string>> =>
  (
    await baton.call('create_tasks', {
      tasks: tasks.map((task) => (typeof task === 'string' ? { key: task, task } : task)),
    })
  ).task_ids

const result = (baton: TestBaton, task_id: string): Promise<Answer> => baton.call('get_task', { task_id })

describe('the dispatcher', () => {
  it('takes the turn of an agent that no session works for, and hands in what it answers', async () => {
    const { baton, toy } = await open()
    const { agent_id, status } = await spawn(baton, { name: 'ada' })
    expect(status).toBe('idle')
    await plan(baton, 'plank')
    const { turn, answer } = await toy.turn(0)
    expect(turn).toMatchObject({ agent_id, options: { command: 'toy' } })
    expect(turn.whole).toContain('plank')
    expect(turn.prompt).not.toContain('complete_task')
    answer({ cut: true })
    const { responses } = await baton.call('await_responses', { task_ids: ['plank'] })
    expect(responses).toMatchObject([
      { key: 'plank', author: agent_id, status: 'done', result: { cut: true } },
    ])
    expect(await result(baton, 'plank')).toMatchObject({ evidence: { command: 'toy' } })
  })

  it('does not say that an agent it works for has no worker', async () => {
    const { baton, toy } = await open()
    await spawn(baton)
    await plan(baton, 'plank')
    const waited = baton.call('await_responses', { task_ids: ['plank'], timeout_ms: 5_000 })
    ;(await toy.turn(0)).answer('done')
    expect((await waited).responses).toHaveLength(1)
  })

  it('tries a failed turn again, with the delay that was asked for', async () => {
    const { baton, toy } = await open()
    await spawn(baton)
    await plan(baton, { key: 'plank', task: 'plank', retry_delay_ms: 0 })
    ;(await toy.turn(0)).fail('the saw is blunt')
    const second = await toy.turn(1)
    expect(second.turn.prompt).toContain('the saw is blunt')
    second.fail('overloaded', { retryAfterMs: 60_000, fault: 'rate_limited' })
    await baton.call('observe_events', { types: ['turn.ended'], after: '0', timeout_ms: 5_000, limit: 1 })
    await expect.poll(async () => (await result(baton, 'plank')).retry_at !== undefined).toBe(true)
    const { retry_at } = await result(baton, 'plank')
    expect(Date.parse(retry_at) - Date.now()).toBeGreaterThan(50_000)
  })

  it('ends the turn of a task that is cancelled', async () => {
    const { baton, toy } = await open()
    await spawn(baton)
    await plan(baton, 'plank')
    const { io } = await toy.turn(0)
    const aborted = new Promise((resolve) => io.signal.addEventListener('abort', resolve))
    await baton.call('cancel_task', { task_id: 'plank' })
    await aborted
  })

  it('ends the turns of a terminated agent, and says so', async () => {
    const { baton, toy } = await open()
    const { agent_id } = await spawn(baton)
    await plan(baton, 'plank')
    const { turn } = await toy.turn(0)
    const { stopped, released_task_ids } = await baton.call('terminate_agent', { agent_id })
    expect(stopped).toMatchObject([{ turn_id: turn.id, task_id: turn.task_id }])
    expect(released_task_ids).toEqual([turn.task_id])
  })

  it('ends turns whose claim a rollback revoked', async () => {
    const { baton, toy } = await open()
    await spawn(baton)
    const { checkpoint_id } = await baton.call('create_checkpoint', {})
    await plan(baton, 'plank')
    const { io } = await toy.turn(0)
    const aborted = new Promise((resolve) => io.signal.addEventListener('abort', resolve))
    await baton.call('rollback_to_checkpoint', { checkpoint_id })
    await aborted
  })

  it('names in a rollback what turns did outside that no report tells', async () => {
    const { baton, toy } = await open()
    await spawn(baton)
    const { checkpoint_id } = await baton.call('create_checkpoint', {})
    await plan(baton, 'cancelled', 'at work', 'waiting')
    const [cancelled, working, waiting] = [await toy.turn(0), await toy.turn(1), await toy.turn(2)]
    await cancelled.io.started({ pid: 77, started: '5' })
    await working.io.started({ pid: 78, started: '5' })
    const { turn } = cancelled
    const ended = baton.call('observe_events', { types: ['turn.ended'], after: '0', timeout_ms: 5_000 })
    await baton.call('cancel_task', { task_id: 'cancelled' })
    await ended
    const told = await baton.call('rollback_to_checkpoint', { checkpoint_id })
    expect(told.irreversible.map(({ what }: { what: string }) => what).sort()).toEqual(
      [
        `Turn ${turn.id} of ${turn.agent_id} (command toy) was ended without a report (task cancelled); whatever it did outside stays done.`,
        `Turn ${working.turn.id} of ${turn.agent_id} (command toy) is at work and is being ended; whatever it did outside stays done.`,
      ].sort(),
    )
    // No program had been started for it.
    expect(JSON.stringify(told.irreversible)).not.toContain(waiting.turn.id)
    expect(told.irreversible_total).toBe(2)
  })

  it('never takes more turns than there is room for, and goes on when there is', async () => {
    const { baton, toy } = await open({}, new Toy(2))
    await spawn(baton)
    await plan(baton, 'a', 'b', 'c')
    const [first] = [await toy.turn(0), await toy.turn(1)]
    expect(toy.given).toHaveLength(2)
    first.answer(1)
    ;(await toy.turn(2)).answer(3)
    toy.given[1]?.answer(2)
    const { responses } = await baton.call('await_responses', {})
    expect(responses).toHaveLength(3)
  })

  it('gives claims back when the server closes, the attempt not counted', async () => {
    const { baton, toy, file } = await open()
    await spawn(baton)
    await plan(baton, 'plank')
    const { turn } = await toy.turn(0)
    await baton.close()
    const other = await startBaton({ file })
    expect(await result(other, turn.task_id)).toMatchObject({ status: 'ready', attempt: 0 })
  })

  it('takes up what a server that died left, after ending what it left running', async () => {
    const toy = new Toy()
    const file = tempFile()
    // Its pid is that of no process, as if it had been killed: nothing is given back.
    const dead = await startBaton({ file, workshop: workshopOf(toy, { pid: deadPid }) })
    const { run_id } = await dead.call('start_run', { goal: 'saw' })
    await spawn(dead)
    await plan(dead, 'plank')
    const { turn, io } = await toy.turn(0)
    await io.started({ pid: 77, started: '5' })
    const next = new Toy()
    const heir = await startBaton({ file, workshop: workshopOf(next) })
    const waited = heir.call('await_responses', { run_id, timeout_ms: 20_000 })
    const again = await next.turn(0)
    expect(again.turn.task_id).toBe(turn.task_id)
    const { events } = await heir.call('observe_events', { run_id, types: ['turn.ended'], verbose: true })
    expect(events).toMatchObject([{ subject: turn.id, data: { stopped: { ended: [{ pid: 77 }] } } }])
    again.answer('sawn')
    expect((await waited).responses).toMatchObject([{ status: 'done', result: 'sawn' }])
  })

  it('is not served twice by two servers', async () => {
    const toys = [new Toy(), new Toy()]
    const file = tempFile()
    const [one, two] = await Promise.all(
      toys.map((toy) => startBaton({ file, workshop: workshopOf(toy, { servesAll: true }) })),
    )
    await one?.call('start_run', { goal: 'saw' })
    await spawn(one as TestBaton, { max_concurrent: 50 })
    await plan(one as TestBaton, ...Array.from({ length: 30 }, (_, n) => `t${n}`))
    const waited = two?.call('await_responses', { limit: 100, timeout_ms: 20_000 })
    const answered = new Set<string>()
    while (answered.size < 30) {
      for (const { turn, answer } of toys.flatMap(({ given }) => given)) {
        if (answered.has(turn.id)) continue
        answered.add(turn.id)
        answer(turn.id)
      }
      await new Promise((next) => setImmediate(next))
    }
    expect((await waited).responses).toHaveLength(30)
    const tasks = toys.flatMap(({ given }) => given.map(({ turn }) => turn.task_id))
    expect(new Set(tasks).size).toBe(30)
    expect(tasks).toHaveLength(30)
  })
})

describe('an agent that fails', () => {
  const failing = async (settings: object) => {
    const { baton, toy, run_id } = await open(settings)
    const { agent_id } = await spawn(baton, { name: 'ada' })
    await plan(baton, { key: 'plank', task: 'plank', retry_delay_ms: 0, max_attempts: 100, agent_id: 'ada' })
    return { baton, toy, run_id, agent_id }
  }
  const fail = async (toy: Toy, from: number, count: number) => {
    for (let n = from; n < from + count; n++) (await toy.turn(n)).fail('the saw is blunt')
  }

  it('is kept, where the run retries', async () => {
    const { toy, agent_id } = await failing({ on_agent_failure: 'retry' })
    await fail(toy, 0, 4)
    expect((await toy.turn(4)).turn.agent_id).toBe(agent_id)
  })

  it('is replaced, where the run replaces, and at most so often', async () => {
    const { baton, toy, agent_id } = await failing({ on_agent_failure: 'replace', max_restarts: 1 })
    await fail(toy, 0, 3)
    const { turn } = await toy.turn(3)
    expect(turn.agent_id).not.toBe(agent_id)
    await fail(toy, 3, 3)
    await expect
      .poll(async () => (await baton.call('query_agent_status', { agent_id: turn.agent_id })).status)
      .toBe('terminated')
    expect(toy.given).toHaveLength(6)
    const { agents } = await baton.call('list_agents', {})
    expect(agents.filter(({ status }: Answer) => status !== 'terminated')).toEqual([])
  })

  it('is gone without, where the run proceeds: its task is open to the others', async () => {
    const { baton, toy } = await failing({ on_agent_failure: 'proceed' })
    await fail(toy, 0, 3)
    const other = await spawn(baton, { name: 'bob' })
    const { turn, answer } = await toy.turn(3)
    expect(turn.agent_id).toBe(other.agent_id)
    answer('sawn')
    expect((await baton.call('await_responses', {})).responses).toMatchObject([{ result: 'sawn' }])
  })
})

describe('a hedged turn', () => {
  it('is answered by the second one where the first is slow', async () => {
    const { baton, toy } = await open({ hedge_after_ms: 1 })
    await spawn(baton, { name: 'ada', max_concurrent: 1 })
    await spawn(baton, { name: 'bob', max_concurrent: 1 })
    await plan(baton, 'plank')
    const first = await toy.turn(0)
    const second = await toy.turn(1)
    expect(second.turn.agent_id).not.toBe(first.turn.agent_id)
    const aborted = new Promise((resolve) => first.io.signal.addEventListener('abort', resolve))
    second.answer('sawn')
    await aborted
    expect((await baton.call('await_responses', {})).responses).toMatchObject([{ result: 'sawn' }])
    expect(await result(baton, 'plank')).toMatchObject({ evidence: { answered_by: second.turn.agent_id } })
  })

  it('is answered by the second one where the first dies', async () => {
    const { baton, toy } = await open({ hedge_after_ms: 60_000 })
    await spawn(baton, { name: 'ada', max_concurrent: 1 })
    await spawn(baton, { name: 'bob', max_concurrent: 1 })
    await plan(baton, 'plank')
    ;(await toy.turn(0)).fail('the saw broke')
    ;(await toy.turn(1)).answer('sawn')
    const { responses } = await baton.call('await_responses', {})
    expect(responses).toMatchObject([{ result: 'sawn' }])
    expect(await result(baton, 'plank')).toMatchObject({ attempt: 1 })
  })

  it('loses the one beside it with its agent, and goes on', async () => {
    const { baton, toy } = await open({ hedge_after_ms: 1 })
    await spawn(baton, { name: 'ada', max_concurrent: 1 })
    await spawn(baton, { name: 'bob', max_concurrent: 1 })
    await plan(baton, 'plank')
    const first = await toy.turn(0)
    const { turn } = await toy.turn(1)
    const { stopped } = await baton.call('terminate_agent', { agent_id: turn.agent_id })
    expect(stopped).toMatchObject([{ turn_id: turn.id, why: 'agent terminated' }])
    first.answer('sawn')
    expect((await baton.call('await_responses', {})).responses).toMatchObject([{ result: 'sawn' }])
  })

  it('gives the one claim back when its server closes', async () => {
    const { baton, toy, file } = await open({ hedge_after_ms: 1 })
    await spawn(baton, { name: 'ada', max_concurrent: 1 })
    await spawn(baton, { name: 'bob', max_concurrent: 1 })
    await plan(baton, 'plank')
    const { turn } = await toy.turn(1)
    await baton.close()
    const other = await startBaton({ file })
    expect(await result(other, turn.task_id)).toMatchObject({ status: 'ready', attempt: 0 })
  })
})
