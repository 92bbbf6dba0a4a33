import { describe, expect, it } from 'vitest'
import { startBaton, tempFile } from '../../support/client.ts'
import { deadPid, Toy, workshopOf } from './toy.ts'

const start = async (toy: Toy, agents: readonly string[], file = tempFile(), pid = process.pid) => {
  const baton = await startBaton({ file, workshop: workshopOf(toy, { pid }) })
  const { run_id } = await baton.call('start_run', { goal: 'saw' })
  for (const name of agents)
    await baton.call('spawn_agent', {
      name,
      purpose: 'saw',
      runner: 'command',
      runner_options: { command: 'toy' },
    })
  return { baton, file, run_id }
}

describe('an orchestration whose agents Baton works for', () => {
  it('runs all parts at once', async () => {
    const toy = new Toy()
    const { baton } = await start(toy, ['a', 'b', 'c'])
    await baton.call('orchestrate', { query: 'Saw it', mode: 'parallel', subtasks: ['x', 'y', 'z'] })
    const turns = [await toy.turn(0), await toy.turn(1), await toy.turn(2)]
    for (const { answer } of turns) answer('sawn')
    const { orchestrations } = await baton.call('await_responses', {})
    expect(orchestrations).toMatchObject([
      { status: 'completed', successful_agents: 3, consensus_analysis: { agreement: 1, label: 'high' } },
    ])
  })

  it('lets the lead choose once a quorum is there, and ends the turn that is not needed', async () => {
    const toy = new Toy()
    const { baton } = await start(toy, ['a', 'b', 'c', 'judge'])
    await baton.call('orchestrate', { query: 'Saw it', mode: 'collaborative', quorum: 2 })
    const [first, second, third] = [await toy.turn(0), await toy.turn(1), await toy.turn(2)]
    const aborted = new Promise((resolve) => third.io.signal.addEventListener('abort', resolve))
    first.answer('crooked')
    second.answer('straight')
    const lead = await toy.turn(3)
    await aborted
    expect(lead.turn.prompt).toContain('straight')
    lead.answer({ choice: second.turn.prompt.includes('candidate-2') ? 'candidate-2' : 'candidate-1' })
    const { orchestrations } = await baton.call('await_responses', {})
    expect(orchestrations).toMatchObject([{ status: 'completed', choice: { by: 'lead' } }])
  })

  it('goes on where a server that died left it, without doing a finished step again', async () => {
    const toy = new Toy()
    const { baton, file, run_id } = await start(toy, ['a'], tempFile(), deadPid)
    await baton.call('orchestrate', { query: 'Create an API', template: 'code' })
    ;(await toy.turn(0)).answer('a design with 3 routes')
    await toy.turn(1)
    const next = new Toy()
    const heir = await startBaton({ file, workshop: workshopOf(next) })
    const waited = heir.call('await_responses', { run_id, timeout_ms: 20_000 })
    const again = await next.turn(0)
    expect(again.turn.prompt).toContain('a design with 3 routes')
    again.answer('code')
    ;(await next.turn(1)).answer('good')
    await waited
    const { orchestrations } = await heir.call('get_run', { run_id })
    expect(orchestrations).toMatchObject([{ status: 'completed', done: 3 }])
    expect(next.given).toHaveLength(2)
  })
})
