import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/ids.ts'
import { falter } from '../../../src/primitives/agent/commands/falter.ts'
import { theAgent } from '../../../src/primitives/agent/find.ts'
import { type Cause, causes } from '../../../src/primitives/escalation/terms.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import type { TestBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { eventsOf } from './people.ts'

/** Something that both servers do at the same moment; what one of them is refused is its own affair. */
type Both = (act: (server: TestBaton, which: number) => Promise<unknown>) => Promise<void>

interface Scene {
  readonly board: Board
  readonly both: Both
}

const open = async (settings: object = {}): Promise<Scene> => {
  const board = await startBoard({ escalate_below: {}, ...settings })
  const servers = [board, await board.another()]
  return { board, both: async (act) => void (await Promise.allSettled(servers.map(act))) }
}

const planned = async (board: Board, more: object = {}): Promise<string> =>
  Object.values(
    await board.plan({ key: `t${Math.random()}`, task: 'mend', retry_delay_ms: 0, ...more }),
  )[0] ?? ''

/** Both servers hand the same report in. */
const reported = async ({ board, both }: Scene, tool: string, report: object, task_id: string) => {
  const { lease_token } = await board.claim({ task_id })
  await both((server) => server.call(tool, { run_id: board.run_id, task_id, lease_token, ...report }))
}

/** So many tasks of the agent, each ended by both servers at once. */
const ended = async (scene: Scene, count: number, tool: string, report: object) => {
  for (let i = 0; i < count; i++) {
    const task = await planned(scene.board)
    await reported(scene, tool, report, task)
    if (tool === 'fail_task') await scene.board.call('cancel_task', { task_id: task })
  }
}

/** How each cause comes about, by two servers that meet it at once. */
const scenes: Readonly<Record<Exclude<Cause, 'endpoints_down'>, () => Promise<Board>>> = {
  low_confidence: async () => {
    const scene = await open()
    await reported(scene, 'complete_task', { result: 1, confidence: 0.5 }, await planned(scene.board))
    return scene.board
  },
  attempts_spent: async () => {
    const scene = await open()
    await reported(scene, 'fail_task', { error: 'no' }, await planned(scene.board, { max_attempts: 1 }))
    return scene.board
  },
  agent_failing: async () => {
    const { board, both } = await open({ on_agent_failure: 'proceed' })
    for (let i = 0; i < 4; i++)
      await both(({ store }) =>
        store.execute(
          async (tx) => {
            const run = await runById(tx, board.run_id)
            return falter(tx, run, await theAgent(tx, run.no, board.agent_id), { turn: 'trn_1', error: 'no' })
          },
          undefined,
          { actor: { session: 'ses_test', client: 'test' }, correlation: newId('call') },
        ),
      )
    return board
  },
  agent_lost: async () => {
    const { board, both } = await open()
    const { run_id, agent_id } = board
    await board.call('spawn_agent', { purpose: 'look', name: 'looker' })
    for (let i = 0; i < 5; i++) {
      const task = await planned(board, { agent_id, max_attempts: 9 })
      await board.claim({ task_id: task, lease_ms: 10_000 })
      board.clock.passes(10_001)
      await both((server) => server.call('claim_task', { run_id, agent_id: 'looker' }))
      await board.call('cancel_task', { task_id: task })
    }
    return board
  },
  degraded: async () => {
    const scene = await open()
    await ended(scene, 20, 'complete_task', { result: 1 })
    await ended(scene, 9, 'fail_task', { error: 'no' })
    return scene.board
  },
  budget_spent: async () => {
    const scene = await open({ max_tokens: 10 })
    await reported(scene, 'complete_task', { result: 1, metrics: { tokens: 10 } }, await planned(scene.board))
    return scene.board
  },
  gate_failing: async () => {
    const scene = await open()
    const { board } = scene
    await board.call('set_quality_gate', { name: 'high', metric: 'score', at_least: 0.9 })
    const task = await planned(board, { max_attempts: 9 })
    for (let i = 0; i < 4; i++) await reported(scene, 'complete_task', { result: 1, score: 0.1 }, task)
    return board
  },
  no_consensus: async () => {
    const { board, both } = await open()
    for (const name of ['jo', 'kim']) await board.call('spawn_agent', { name, purpose: 'vote' })
    const asked = { question: 'Red?', options: ['yes', 'no'], electorate: ['jo', 'kim'] }
    const { proposal_id } = await board.call('propose', asked)
    await board.plan({ key: 'b', task: 'paint', depends_on: [proposal_id] })
    await both((server, i) =>
      server.call('vote', {
        run_id: board.run_id,
        proposal_id,
        agent_id: ['jo', 'kim'][i],
        choice: ['yes', 'no'][i],
      }),
    )
    return board
  },
  asked: async () => {
    const { board, both } = await open()
    await both((server) => server.call('escalate', { run_id: board.run_id, question: 'Red?' }))
    return board
  },
}

describe('a cause that two servers meet at once', () => {
  it.each(Object.entries(scenes))('%s opens one escalation', async (cause, scene) => {
    const opened = await eventsOf(await scene(), 'escalation.opened')
    expect(opened.map(({ data }) => data.cause).filter((one) => one === cause)).toEqual([cause])
  })

  it('is every cause there is; of open breakers the dispatcher’s tests have two servers tell', () => {
    expect([...Object.keys(scenes), 'endpoints_down'].sort()).toEqual([...causes].sort())
  })
})
