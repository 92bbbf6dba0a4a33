import { describe, expect, it } from 'vitest'
import { startBaton, tempFile } from '../../support/client.ts'
import { Toy, workshopOf } from './toy.ts'

const open = async (settings: object = {}) => {
  const toy = new Toy()
  const baton = await startBaton({ file: tempFile(), workshop: workshopOf(toy) })
  await baton.call('start_run', { goal: 'saw', settings })
  const { agent_id } = await baton.call('spawn_agent', {
    purpose: 'saw',
    runner: 'command',
    runner_options: { command: 'toy' },
  })
  return { baton, toy, agent_id }
}

describe('an agent that Baton works for', () => {
  it('is held to conditions and gates as anybody, and told what they ask', async () => {
    const { baton, toy } = await open()
    await baton.call('set_quality_gate', { name: 'long', condition: 'result.mm >= 100' })
    const checks = [{ kind: 'condition', condition: 'result.all(k, k != "knot")' }]
    const task = { key: 'plank', task: 'plank', checks, retry_delay_ms: 0 }
    await baton.call('create_tasks', { tasks: [task] })
    const first = await toy.turn(0)
    expect(first.turn.whole).toContain('result.mm >= 100')
    first.answer({ knot: true, mm: 200 })
    const second = await toy.turn(1)
    expect(second.turn.prompt).toContain('does not hold')
    second.answer({ mm: 99 })
    const third = await toy.turn(2)
    expect(third.turn.prompt).toContain('gate long')
    third.answer({ mm: 100 })
    const { responses } = await baton.call('await_responses', { task_ids: ['plank'], timeout_ms: 10_000 })
    expect(responses).toMatchObject([{ status: 'done', verification: 'verified', result: { mm: 100 } }])
  })

  it('is stopped when a person puts a result in the place of its own', async () => {
    const { baton, toy } = await open()
    await baton.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank' }] })
    const { io } = await toy.turn(0)
    const aborted = new Promise((resolve) => io.signal.addEventListener('abort', resolve))
    const said = { task_id: 'plank', decision: 'proceed', result: 'sawn by hand', person: 'Ada' }
    await baton.call('resolve_escalation', said)
    await aborted
    expect(await baton.call('get_task', { task_id: 'plank' })).toMatchObject({ result: 'sawn by hand' })
  })

  it('that fails too often is a matter for a person, as is what it could not do', async () => {
    const settings = { escalate_below: {}, on_agent_failure: 'replace', max_restarts: 0 }
    const { baton, toy, agent_id } = await open(settings)
    const task = { key: 'plank', task: 'plank', retry_delay_ms: 0, max_attempts: 3 }
    await baton.call('create_tasks', { tasks: [task] })
    for (let i = 0; i < 3; i++) (await toy.turn(i)).fail('blunt')
    await baton.call('observe_events', { types: ['agent.terminated'], timeout_ms: 10_000 })
    const { escalations } = await baton.call('list_escalations')
    expect(escalations.map(({ cause }: { cause: string }) => cause).sort()).toEqual([
      'agent_failing',
      'attempts_spent',
    ])
    expect(escalations).toContainEqual(expect.objectContaining({ cause: 'agent_failing', subject: agent_id }))
  })

  it('is given the task again when a person has it retried', async () => {
    const { baton, toy } = await open({ escalate_below: {} })
    await baton.call('create_tasks', { tasks: [{ key: 'plank', task: 'plank', max_attempts: 1 }] })
    ;(await toy.turn(0)).fail('blunt')
    await baton.call('observe_events', { types: ['escalation.opened'], timeout_ms: 10_000 })
    const [{ escalation_id }] = (await baton.call('list_escalations')).escalations
    const said = { escalation_id, decision: 'retry', person: 'Ada', note: 'use the other saw' }
    await baton.call('resolve_escalation', said)
    const second = await toy.turn(1)
    expect(second.turn.prompt).toContain('use the other saw')
    second.answer('sawn')
    const { responses } = await baton.call('await_responses', { task_ids: ['plank'], timeout_ms: 10_000 })
    expect(responses).toMatchObject([{ status: 'done' }])
  })
})
