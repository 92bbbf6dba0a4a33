import { expect, it } from 'vitest'
import type { Call } from '../../../src/kernel/ports.ts'
import { falter } from '../../../src/primitives/agent/commands/falter.ts'
import { theAgent } from '../../../src/primitives/agent/find.ts'
import { showLife } from '../../../src/primitives/presence/commands/show.ts'
import { signsOf } from '../../../src/primitives/presence/queries.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import { noWorkshop } from '../../../src/tools/workshop.ts'
import { startBaton } from '../../support/client.ts'

const asServer: Call = { actor: { session: 'ses_a', client: 'test' }, correlation: 'test' }

it('whoever works for an agent works for the one that replaces it, from its birth on', async () => {
  const workshop = () => ({ ...noWorkshop, problemWith: () => undefined, close: async () => {} })
  const { call, store } = await startBaton({ workshop })
  const { run_id } = await call('start_run', { goal: 'saw', settings: { on_agent_failure: 'replace' } })
  const runner_options = { command: 'toy' }
  const { agent_id } = await call('spawn_agent', { purpose: 'saw', runner: 'command', runner_options })
  const here = (session: string) => ({ session, pid: process.pid, host: 'here' })
  const signs = await store.execute(
    async (tx) => {
      const run = await runById(tx, run_id)
      const old = await theAgent(tx, run.no, agent_id)
      await showLife(tx, old.id, here('ses_a'), tx.now + 600_000)
      await showLife(tx, old.id, here('ses_b'), tx.now + 600_000)
      await showLife(tx, old.id, here('ses_over'), 0)
      for (const turn of ['trn_1', 'trn_2']) await falter(tx, run, old, { turn, error: 'no' })
      const third = await falter(tx, run, old, { turn: 'trn_3', error: 'no' })
      if (third.what !== 'replaced') throw new Error(third.what)
      return signsOf(tx, third.by)
    },
    undefined,
    asServer,
  )
  expect(signs.map(({ session }) => session).sort()).toEqual(['ses_a', 'ses_b'])
})
