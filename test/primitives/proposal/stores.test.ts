import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Call, Store } from '../../../src/kernel/ports.ts'
import { spawnAgent } from '../../../src/primitives/agent/commands/spawn.ts'
import { streams } from '../../../src/primitives/index.ts'
import { type Proposing, propose } from '../../../src/primitives/proposal/commands/propose.ts'
import { type VoteInput, vote } from '../../../src/primitives/proposal/commands/vote.ts'
import { proposalById } from '../../../src/primitives/proposal/find.ts'
import { startRun } from '../../../src/primitives/run/commands/conduct.ts'
import { audit } from '../../../src/storage/sqlite/audit.ts'
import { withProcesses } from '../../support/answering-process.ts'
import { readLog } from '../../support/log-file.ts'
import { withScratch } from '../../support/scratch.ts'
import { openFile } from '../model/open-file.ts'
import type { Ask } from './vote-process.ts'

const names = ['ann', 'bob', 'cy', 'dee', 'eve']
const options = ['x', 'y', 'z']
const speaker = { run: undefined, joined: [] }

/** A run with five agents and a proposal to them; answers ids. */
const prepare = (call: ReturnType<typeof openFile>['call'], some: Partial<Proposing> = {}) =>
  call(async (tx) => {
    const run = await startRun(tx, { goal: 'g' })
    const voters: string[] = []
    for (const name of names) voters.push((await spawnAgent(tx, run, { purpose: 'p', name })).agent.id)
    return { ...(await propose(tx, run, { question: 'q', options, electorate: voters, ...some })), voters }
  })

let calls = 0
const cast = async (store: Store, input: Omit<VoteInput, 'speaker'>): Promise<string> => {
  const call: Call = { actor: { session: 'ses_test', client: 'test' }, correlation: `call_v${++calls}` }
  const answer = await store.execute(vote, { ...input, speaker }, call)
  return 'refusal' in answer ? answer.refusal.code : 'counted'
}

/** Each agent's votes in the log: one at most, and the end once, by the votes before it. */
const mustHoldOneVoteEach = (file: string, proposal_id: string) => {
  const log = readLog(file, ['proposal.voted', 'proposal.decided', 'proposal.failed'])
  const votes = log.filter(({ type }) => type === 'proposal.voted')
  expect(new Set(votes.map(({ data }) => data.by)).size).toBe(votes.length)
  const ends = log.filter(({ type }) => type !== 'proposal.voted')
  expect(ends.length).toBeLessThanOrEqual(1)
  for (const end of ends) {
    expect(end.data.tally.took_part).toBe(votes.length)
    expect(votes.every(({ seq }) => seq < end.seq)).toBe(true)
  }
  const db = new Database(file, { readonly: true })
  expect(audit(db, streams).findings).toEqual([])
  db.close()
  return { votes, ends, proposal_id }
}

const step = fc.record({
  store: fc.nat({ max: 1 }),
  agent: fc.nat({ max: 4 }),
  choice: fc.constantFrom(...options),
  /** Whether the next step waits for it. */
  awaited: fc.boolean(),
})

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

describe('two stores on one file', () => {
  it('count one vote an agent, under every interleaving', () =>
    withScratch(async (dir) => {
      let conflicts = 0
      let n = 0
      const play = async (steps: readonly Step[]) => {
        const file = join(dir, `${++n}.db`)
        const clock = () => 1_000
        const { store: one, call } = openFile(file, clock)
        const { store: other } = openFile(file, clock)
        try {
          const { proposal_id, voters } = await prepare(call)
          const first = new Map<string, string>()
          const under: Promise<unknown>[] = []
          for (const { store, agent, choice, awaited } of steps) {
            const by = voters[agent] as string
            const asked = { proposal_id, agent: by, choice }
            const answered = cast(store === 0 ? one : other, asked).then((answer) => {
              if (answer === 'conflict') conflicts++
              if (answer === 'counted') {
                expect(first.get(by) ?? choice).toBe(choice)
                first.set(by, choice)
              } else expect(['conflict', 'already_ended']).toContain(answer)
            })
            under.push(answered)
            if (awaited) await answered
          }
          await Promise.all(under)
          const { votes } = mustHoldOneVoteEach(file, proposal_id)
          expect(Object.fromEntries(votes.map(({ data }) => [data.by, data.ballot[0]]))).toEqual(
            Object.fromEntries(first),
          )
          const load = (store: Store) => store.read(proposalById, proposal_id)
          expect((await load(one))?.state).toEqual((await load(other))?.state)
        } finally {
          await one.close()
          await other.close()
        }
      }
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), play), {
        numRuns: 25,
      })
      expect(conflicts).toBeGreaterThan(10)
    }))
})

describe('two processes on one file', () => {
  const program = join(import.meta.dirname, 'vote-process.ts')

  it('count one vote an agent, and another process goes on after kill -9', () =>
    withScratch((dir) =>
      withProcesses<Ask, void>(program, 3, async ([one, two, three]) => {
        const file = join(dir, 'baton.db')
        const { store, call } = openFile(file, Date.now)
        const { proposal_id, task_id, voters } = await prepare(call, { rule: 'unanimity' })
        await store.close()
        if (!one || !two || !three) throw new Error('three were started')
        for (const process of [one, two, three]) await process.ask({ do: 'open', file })
        const [ann, bob, cy, dee, eve] = voters as [string, string, string, string, string]
        const votes = (agents: readonly string[], choice: string) =>
          agents.map((agent) => ({ proposal_id, agent, choice }))
        const [a, b] = await Promise.all([
          one.ask<string[]>({ do: 'vote', votes: votes([ann, bob], 'x') }),
          two.ask<string[]>({ do: 'vote', votes: votes([ann, bob, cy], 'x') }),
        ])
        expect([...a, ...b]).toEqual(Array.from({ length: 5 }, () => 'counted'))
        await one.kill()
        await two.kill()
        const last = [...votes([ann], 'y'), ...votes([dee, eve], 'x')]
        expect(await three.ask<string[]>({ do: 'vote', votes: last })).toEqual([
          'conflict',
          'counted',
          'counted',
        ])
        const { votes: counted, ends } = mustHoldOneVoteEach(file, proposal_id)
        expect(counted).toHaveLength(5)
        expect(ends).toMatchObject([{ type: 'proposal.decided', data: { outcome: 'x' } }])
        expect(readLog(file, ['proposal.vote_refused', 'task.completed'])).toMatchObject([
          { data: { by: ann, ballot: ['y'] } },
          { subject: task_id, data: { result: { outcome: 'x' } } },
        ])
      }),
    ))
})
