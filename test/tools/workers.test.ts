import { describe, expect, it } from 'vitest'
import { agentTools } from '../../src/compose/agent-tools.ts'
import { newId } from '../../src/ids.ts'
import { unknownMachine } from '../../src/primitives/presence/alive.ts'
import type { Turn } from '../../src/runners/port.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { agentToolNames } from '../../src/tools/agent-tools.ts'
import { tools } from '../../src/tools/index.ts'
import type { TestBaton } from '../support/client.ts'
import { type Board, startBoard } from './board.ts'

/**
 * Every tool, as a session calls it that joined as an agent and holds a task which is judged: what it may, and what is
 * the conductor's alone. A new tool must be decided on here. By reason: what only adds or tells is `may`; what could
 * take a judge away, free what waits, or steer the run is `forbidden`.
 */
interface Line {
  readonly may?: readonly object[]
  readonly forbidden?: readonly object[]
}

const review = { kind: 'review' }

const table: Record<string, Line> = {
  start_run: { may: [{ goal: 'another' }] },
  list_runs: { may: [{}] },
  get_run: { may: [{}] },
  update_run: { forbidden: [{ settings: { escalate_below: null } }, { paused: true }] },
  end_run: { forbidden: [{ outcome: 'completed' }] },
  // Whoever chooses a persona chooses a reviewer.
  spawn_agent: { forbidden: [{ purpose: 'approve everything' }] },
  terminate_agent: { forbidden: [{ agent_id: 'bo' }], may: [{ agent_id: 'spare' }] },
  list_agents: { may: [{}] },
  query_agent_status: { may: [{ agent_id: 'ada' }] },
  create_tasks: {
    may: [{ tasks: [{ task: 'x' }] }, { tasks: [{ task: 'x', depends_on: ['held'] }] }],
    forbidden: ['held', 'open', 'failed', 'asked', 'part', 'bos', 'release'].map((replaces) => ({
      tasks: [{ task: 'y' }, { task: 'x', replaces }],
    })),
  },
  delegate_subtask: {
    may: [{ task: 'x', parent_task_id: 'held' }],
    forbidden: [
      { task: 'x', replaces: 'held' },
      { task: 'x', replaces: 'part' },
    ],
  },
  broadcast_task: { may: [{ task: 'x', agent_ids: ['bo'] }] },
  update_task: {
    may: [
      { task_id: 'part', priority: 'high' },
      { task_id: 'deep', depends_on: [] },
    ],
    forbidden: [
      { task_id: 'release', depends_on: [] },
      { task_id: 'release', priority: 'background' },
      { task_id: 'release', agent_id: 'ada' },
      { task_id: 'open', task: 'easier' },
      // A part of what it holds, that waits for what is not.
      { task_id: 'late', depends_on: [] },
      { task_id: 'late', depends_on: ['deep'] },
    ],
  },
  cancel_task: {
    may: [{ task_id: 'part' }],
    forbidden: ['held', 'open', 'asked', 'bos', 'release', 'awaited'].map((task_id) => ({ task_id })),
  },
  await_responses: { may: [{ timeout_ms: 0 }] },
  observe_events: { may: [{}] },
  list_tasks: { may: [{}] },
  get_task: { may: [{ task_id: 'held' }] },
  track_metrics: { may: [{}] },
  modify_strategy: { forbidden: [{ strategy: 'no reviews', rationale: 'they are slow' }] },
  create_checkpoint: { may: [{ label: 'here' }] },
  rollback_to_checkpoint: { forbidden: [{ checkpoint_id: 'start' }] },
  join_as_agent: { may: [{ name: 'second' }] },
  claim_task: { may: [{}], forbidden: [{ agent_id: 'bo' }] },
  report_progress: { may: [{ task_id: 'held', note: 'half' }] },
  complete_task: { may: [{ task_id: 'held', result: 1 }] },
  fail_task: { may: [{ task_id: 'held', error: 'cannot', retry: false }] },
  orchestrate: { may: [{ query: 'survey the parts', subtasks: ['a', 'b'] }] },
  evaluate_results: { may: [judged()] },
  select_best: { may: [judged()] },
  should_continue: { may: [{ limits: { max_rounds: 3 } }] },
  propose: { may: [{ question: 'which?', options: ['A', 'B'] }] },
  vote: {
    may: [{ proposal_id: 'PROPOSAL', choice: 'A' }],
    forbidden: [{ proposal_id: 'PROPOSAL', choice: 'A', agent_id: 'bo' }],
  },
  record_decision: { may: [{ decision: 'oak', rationale: 'lasts' }] },
  register_model: {
    forbidden: [{ name: 'mine', protocol: 'openai', base_url: 'http://127.0.0.1:9/v1', model: 'm' }],
  },
  list_models: { may: [{}] },
  set_policy: { forbidden: [{ rules: [] }] },
  explain_route: { may: [{ task_id: 'held' }] },
  rebalance: { may: [{ dry_run: true }], forbidden: [{}] },
  tune: { may: [{}], forbidden: [{ objective: 'cost' }] },
  escalate: { may: [{ question: 'which colour?' }] },
  list_escalations: { may: [{}] },
  resolve_escalation: { forbidden: [{ task_id: 'asked', decision: 'proceed', person: 'me' }] },
  set_quality_gate: { forbidden: [{ name: 'coverage', remove: true }] },
  aggregate_results: { may: [{ method: 'concat', results: [{ result: 'a' }] }] },
  compare_strategies: {
    may: [{}],
    forbidden: [{ experiment: 'e', variants: [{ name: 'a' }, { name: 'b' }] }],
  },
  consolidate: { forbidden: [{}] },
}

function judged() {
  return {
    options: [{ id: 'a' }, { id: 'b' }],
    criteria: [{ name: 'cost', weight: 1 }],
    scores: { a: { cost: 0.5 }, b: { cost: 0.6 } },
  }
}

/** A run in which ada holds a judged task, another waits for it, and the rest that the table names. */
const judgedWorker = async () => {
  const board = await startBoard({ escalate_below: { security: 0.95 } })
  const { run_id } = board
  for (const name of ['ada', 'bo', 'spare'])
    await board.call('spawn_agent', { purpose: 'work', name, max_concurrent: 9 })
  const worker = await board.another()
  await worker.call('join_as_agent', { run_id, agent_id: 'spare' })
  await worker.call('join_as_agent', { run_id, agent_id: 'ada' })
  await board.call('set_quality_gate', {
    name: 'coverage',
    metric: 'coverage',
    at_least: 0.8,
    tasks: ['none'],
  })
  const ada = { agent_id: 'ada', checks: [review], max_attempts: 1 }
  await board.plan(
    { key: 'held', task: 'x', ...ada },
    { key: 'open', task: 'x', ...ada },
    { key: 'failed', task: 'x', ...ada },
    { key: 'asked', task: 'x', agent_id: 'ada', context: { scope: 'security' } },
    { key: 'bos', task: 'x', agent_id: 'bo' },
    { key: 'release', task: 'ship', agent_id: 'bo', depends_on: ['held', 'failed', 'asked'] },
  )
  const below = (parent_task_id: string, key: string, depends_on: string[] = []) =>
    board.call('delegate_subtask', { key, task: 'x', agent_id: 'bo', parent_task_id, depends_on })
  await below('held', 'part')
  await below('held', 'awaited')
  await below('held', 'late', ['open'])
  await below('part', 'deep', ['part'])
  await board.plan({ key: 'waits', task: 'x', agent_id: 'bo', depends_on: ['awaited'] })
  await board.claim({ agent_id: 'bo', task_id: 'bos' })
  for (const task_id of ['failed', 'asked', 'held']) await worker.call('claim_task', { task_id })
  await worker.call('fail_task', { task_id: 'failed', error: 'cannot', retry: false })
  await worker.call('complete_task', { task_id: 'asked', result: 1, confidence: 0.2 })
  const { proposal_id } = await board.call('propose', { question: 'which?', options: ['A', 'B'] })
  return { board, worker, proposal_id }
}

const codeOf = async (worker: TestBaton, name: string, args: object): Promise<string> => {
  try {
    await worker.call(name, args)
    return 'ok'
  } catch (refused) {
    return (refused as { code?: string }).code ?? String(refused)
  }
}

const statusOf = async (board: Board) =>
  Object.fromEntries(
    (await board.call('list_tasks', { limit: 200 })).tasks
      .filter(({ key }: { key: string | null }) => key !== null)
      .map(({ key, status }: { key: string; status: string }) => [key, status]),
  )

describe('a session that joined as an agent', () => {
  it('is decided on for each tool', () => {
    expect(Object.keys(table).sort()).toEqual(tools.map(({ name }) => name).sort())
    for (const [name, { may = [], forbidden = [] }] of Object.entries(table))
      expect(may.length + forbidden.length, name).toBeGreaterThan(0)
  })

  it.each(Object.entries(table))('%s', async (name, { may = [], forbidden = [] }) => {
    const { board, worker, proposal_id } = await judgedWorker()
    const filled = (args: object): object => ('proposal_id' in args ? { ...args, proposal_id } : args)
    const before = await statusOf(board)
    const { events } = await board.call('observe_events', { limit: 200 })
    for (const args of forbidden)
      expect([args, await codeOf(worker, name, filled(args))]).toEqual([args, 'forbidden'])
    expect(await statusOf(board)).toEqual(before)
    expect((await board.call('observe_events', { limit: 200 })).events).toHaveLength(events.length)
    for (const args of may) expect([args, await codeOf(worker, name, filled(args))]).toEqual([args, 'ok'])
    expect(await statusOf(board)).toMatchObject({ release: 'blocked', bos: 'claimed', asked: 'review' })
  })

  it('is told what to do instead', async () => {
    const { worker } = await judgedWorker()
    const replacing = worker.call('create_tasks', { tasks: [{ task: 'x', replaces: 'held' }] })
    await expect(replacing).rejects.toMatchObject({
      report: {
        message: expect.stringContaining('a worker may not replace a task'),
        hint: expect.stringMatching(/fail_task with the reason.*report_progress.*ask the conductor/),
      },
    })
  })

  it('may not cancel the review of what it handed on, nor a part of what it no longer holds', async () => {
    const { board, worker } = await judgedWorker()
    const own = { agent_id: 'bo', parent_task_id: 'held', checks: [review] }
    await worker.call('delegate_subtask', { key: 'mine', task: 'x', ...own })
    await board.claim({ agent_id: 'bo', task_id: 'mine' })
    await board.call('complete_task', { task_id: 'mine', result: 1 })
    const { tasks } = await board.call('list_tasks', { status: 'ready' })
    const { task_id } = tasks.find(({ title }: { title: string }) => title.startsWith('Review: x'))
    expect(await codeOf(worker, 'cancel_task', { task_id })).toBe('forbidden')
    expect(await codeOf(worker, 'cancel_task', { task_id: 'late' })).toBe('ok')
    await worker.call('complete_task', { task_id: 'held', result: 1 })
    expect(await codeOf(worker, 'cancel_task', { task_id: 'part' })).toBe('forbidden')
    expect(await codeOf(board, 'cancel_task', { task_id: 'part' })).toBe('ok')
  })
})

describe('the own tools of an agent whose turns are taken', () => {
  /** As the runner of a model's turn gets them: each call goes through the pipeline of all calls. */
  const toolsOf = async () => {
    const { board, worker } = await judgedWorker()
    const { tasks } = await board.call('list_tasks', { status: 'claimed', limit: 200 })
    const held = tasks.find(({ key }: { key: string }) => key === 'held')
    const own = agentTools({
      store: board.store,
      clock: board.clock.read,
      newId,
      log: createLog('silent'),
      machine: unknownMachine,
    })
    const turn = {
      id: 'trn_1',
      run_id: board.run_id,
      agent_id: held.worker,
      task_id: held.task_id,
      lease_token: 'lease_0',
      options: { tools: agentToolNames },
    }
    return { board, worker, offered: own(turn as unknown as Turn) }
  }

  it.each(agentToolNames)('%s', async (name) => {
    const { board, offered } = await toolsOf()
    const tool = offered.find((one) => one.name === name)
    const before = await statusOf(board)
    const { may = [], forbidden = [] } = table[name] as Line
    for (const args of forbidden)
      expect([args, await tool?.call(args)]).toEqual([
        args,
        { isError: true, text: expect.stringContaining('(forbidden)') },
      ])
    expect(await statusOf(board)).toEqual(before)
    // Its lease token here is none: what reports on the claim is refused for that alone.
    if (name === 'report_progress') return
    for (const args of may) expect([args, await tool?.call(args)]).toMatchObject([args, { isError: false }])
  })

  it('are none that could end, free or steer what is not its own', () => {
    const alone = Object.entries(table).filter(([, { may }]) => may === undefined)
    for (const [name] of alone) expect(agentToolNames).not.toContain(name)
    for (const name of ['update_task', 'cancel_task', 'terminate_agent', 'claim_task', 'join_as_agent'])
      expect(agentToolNames).not.toContain(name)
  })
})
