import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { streams } from '../../../src/primitives/index.ts'
import { orchestrationsOf } from '../../../src/primitives/orchestration/find.ts'
import { viewOf } from '../../../src/primitives/orchestration/outcome.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import { taskById } from '../../../src/primitives/task/find.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { type Answer, startBaton, type TestBaton, tempFile } from '../../support/client.ts'
import { obliging, outcome, turn, work } from './play.ts'

type Act =
  | { do: 'orchestrate'; mode: string; coordination: string; quorum: number | undefined }
  | { do: 'work' | 'fail'; agent: number; on: 0 | 1 }
  | { do: 'cancel'; nth: number }
  | { do: 'checkpoint' }
  | { do: 'rollback'; nth: number }

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('orchestrate' as const),
      mode: fc.constantFrom('parallel', 'sequential', 'collaborative'),
      coordination: fc.constantFrom('independent', 'synchronized', 'hierarchical'),
      quorum: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom('work' as const, 'work' as const, 'work' as const, 'fail' as const),
      agent: fc.nat(2),
      on: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rollback' as const), nth: fc.nat(5) }) },
)

const team = async (baton: TestBaton): Promise<readonly string[]> => {
  const ids: string[] = []
  for (const name of ['ann', 'bob', 'cy'])
    ids.push((await baton.call('spawn_agent', { purpose: name, name })).agent_id)
  return ids
}

/** Refusals are part of a history: what is asked for may mean nothing just then. */
const tried = async (asked: Promise<unknown>): Promise<void> => {
  await asked.catch((refused: { code?: string }) => {
    if (refused.code === undefined) throw refused
  })
}

/** What must hold of every orchestration of a run at any moment. */
const mustHold = async ({ store }: TestBaton, run_id: string): Promise<void> =>
  store.read(async (db) => {
    const run = await runById(db, run_id)
    for (const one of await orchestrationsOf(db, run.no, 100)) {
      const { state } = one
      const tasks: string[] = []
      for (const { task_id } of state.steps)
        tasks.push((await taskById(db, task_id))?.state.status ?? 'missing')
      const open = tasks.filter((status) => ['blocked', 'ready', 'claimed', 'review'].includes(status))
      const stuck = open.every((status) => status === 'blocked') && tasks.includes('failed')
      expect(state.status, `${one.id}: ${tasks}`).toBe(open.length === 0 || stuck ? 'ended' : 'open')
      const view = await viewOf(db, one)
      if (state.status === 'ended') {
        // What was counted at its end is what a read reckons from the tasks.
        expect(view.status).toBe(state.outcome.status)
        expect(view.outcome?.choice ?? null).toEqual(state.outcome.choice)
      }
      if (state.quorum !== null)
        for (const phase of new Set(state.steps.map((step) => step.phase))) {
          const of = state.steps.flatMap((step, i) =>
            step.phase === phase && step.part === 'work' ? [tasks[i]] : [],
          )
          // Enough is done: nothing of that phase goes on.
          if (of.filter((status) => status === 'done').length >= state.quorum)
            expect(of.every((status) => !['ready', 'claimed', 'review'].includes(status ?? ''))).toBe(true)
        }
    }
  }, undefined)

describe('orchestrations, whatever happens to them', () => {
  it('end when their tasks have, keep to their quorum, and follow from the log', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 15, maxLength: 45 }), async (history) => {
        const file = tempFile()
        const here = await startBaton({ file })
        const there = await startBaton({ file })
        const { run_id } = await here.call('start_run', { goal: 'any' })
        const agents = await team(here)
        const checkpoints: string[] = []
        for (const act of [
          { do: 'orchestrate', mode: 'parallel', coordination: 'synchronized', quorum: 2 },
          ...history,
        ] as Act[]) {
          if (act.do === 'orchestrate') {
            const { mode, coordination, quorum } = act
            await tried(here.call('orchestrate', { query: 'x', run_id, mode, coordination, quorum }))
          } else if ('agent' in act) {
            const play = act.do === 'work' ? obliging : () => ({ fail: 'rain' })
            await tried(turn([here, there][act.on] as TestBaton, agents[act.agent] as string, play))
          } else if (act.do === 'cancel') {
            const { tasks } = await here.call('list_tasks', { run_id, limit: 100 })
            const task = tasks[act.nth]
            if (task) await tried(here.call('cancel_task', { task_id: task.task_id }))
          } else if (act.do === 'checkpoint')
            checkpoints.push((await here.call('create_checkpoint', { run_id })).checkpoint_id)
          else if (act.do === 'rollback') {
            const checkpoint_id = checkpoints[act.nth % Math.max(1, checkpoints.length)]
            if (checkpoint_id) await here.call('rollback_to_checkpoint', { checkpoint_id })
          }
          await mustHold(here, run_id)
        }
        expect([...here.faults, ...there.faults]).toEqual([])
        await here.close()
        await there.close()
        const db = new Database(file, { readonly: true })
        expect(audit(db, streams).findings).toEqual([])
        db.close()
      }),
      { numRuns: 20 },
    )
  })

  it('notices the end once when two servers bring it about at the same moment', async () => {
    const file = tempFile()
    const here = await startBaton({ file })
    const there = await startBaton({ file })
    const { run_id } = await here.call('start_run', { goal: 'any' })
    const agents = await team(here)
    for (let round = 0; round < 5; round++) {
      await here.call('orchestrate', { query: 'x', run_id, mode: 'parallel', quorum: 2 })
      const claims: Answer[] = []
      for (const agent_id of agents) claims.push(await here.call('claim_task', { agent_id }))
      await Promise.allSettled(
        claims.map(({ task, lease_token }, i) =>
          ([here, there][i % 2] as TestBaton).call('complete_task', {
            task_id: task.task_id,
            lease_token,
            result: i,
          }),
        ),
      )
      expect(await outcome(here)).toMatchObject({ status: 'completed', done: 2 })
    }
    await work(here, agents, obliging)
    const { events } = await here.call('observe_events', {
      run_id,
      types: ['orchestration.*'],
      after: '0',
      limit: 200,
    })
    const count = (type: string) => events.filter((event: Answer) => event.type === type).length
    expect(count('orchestration.quorum_met')).toBe(5)
    expect(count('orchestration.ended')).toBe(5)
  })
})
