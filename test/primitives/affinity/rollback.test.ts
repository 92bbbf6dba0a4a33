import { expect, it } from 'vitest'
import { stickTo, stickyEndpoint } from '../../../src/primitives/affinity/commands/stick.ts'
import { runById } from '../../../src/primitives/run/find.ts'
import { type Answer, startBaton } from '../../support/client.ts'

it('an affinity stays where it went when its run goes back', async () => {
  const { call, store } = await startBaton()
  const { run_id } = await call('start_run', { goal: 'ask around' })
  const stick = (endpoint: string) =>
    store.execute(
      async (tx) =>
        stickTo(tx, { run: await runById(tx, run_id), pool: 'p', key: 'k' }, endpoint, { why: 'down' }),
      undefined,
      { actor: { session: 'ses_test', client: 'test' }, correlation: 'call_test' },
    )
  await stick('a')
  const { checkpoint_id } = await call('create_checkpoint', {})
  await stick('b')
  await call('rollback_to_checkpoint', { checkpoint_id })
  const bound = store.read(
    async (db) => stickyEndpoint(db, { run: await runById(db, run_id), pool: 'p', key: 'k' }),
    undefined,
  )
  expect(await bound).toBe('b')
  const { events } = await call('observe_events', { types: ['affinity.*'], after: '0' })
  const seen = events.map(({ type, abandoned }: Answer) => [type, abandoned ?? false])
  expect(seen).toEqual([
    ['affinity.bound', false],
    ['affinity.moved', false],
  ])
})
