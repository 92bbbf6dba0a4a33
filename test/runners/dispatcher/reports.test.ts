import { describe, expect, it } from 'vitest'
import { startBaton, tempFile } from '../../support/client.ts'
import { Toy, workshopOf } from './toy.ts'

const start = async (form: 'plain' | 'report') => {
  const toy = new Toy()
  const hands = { ...toy.hands, runner: { ...toy.hands.runner, formOf: () => form } }
  const workshop = workshopOf(toy, { workforce: { command: hands } })
  const baton = await startBaton({ file: tempFile(), workshop })
  await baton.call('start_run', { goal: 'saw', settings: { escalate_below: {} } })
  for (const name of ['a', 'b'])
    await baton.call('spawn_agent', {
      name,
      purpose: 'saw',
      runner: 'command',
      runner_options: { command: 'toy' },
    })
  return { toy, baton }
}

describe('an agent that Baton works for', () => {
  it('is asked for a score where its turns can report one, and the best score wins', async () => {
    const { toy, baton } = await start('report')
    await baton.call('orchestrate', { query: 'Saw it', mode: 'collaborative', coordination: 'independent' })
    const turns = [await toy.turn(0), await toy.turn(1)]
    for (const { turn } of turns) expect(turn.prompt).toMatch(/"score": 0.0 to 1.0[\s\S]*chosen by "score"/)
    turns[0]?.answer('crooked', undefined, { score: 0.2 })
    turns[1]?.answer('straight', undefined, { score: 0.9 })
    const { orchestrations } = await baton.call('await_responses', {})
    expect(orchestrations).toMatchObject([
      { status: 'completed', quality_score: 0.55, choice: { by: 'score', score: 0.9 } },
    ])
  })

  it('is asked for none where they cannot', async () => {
    const { toy, baton } = await start('plain')
    await baton.call('orchestrate', { query: 'Saw it', mode: 'collaborative', coordination: 'independent' })
    for (const at of [0, 1]) {
      const { turn, answer } = await toy.turn(at)
      expect(turn.whole).not.toMatch(/score/i)
      answer('sawn')
    }
    await baton.call('await_responses', {})
  })

  it('is told of a gate what it can do for it', async () => {
    const gates = [
      { name: 'shown', metric: 'coverage', at_least: 0.8, required_checks: ['tests'] },
      { name: 'rated', metric: 'score', at_least: 0.8, condition: 'size(result) > 3' },
      { name: 'quick', metric: 'duration_ms', at_most: 500 },
    ]
    const promptOf = async (form: 'plain' | 'report') => {
      const { toy, baton } = await start(form)
      for (const gate of gates) await baton.call('set_quality_gate', gate)
      await baton.call('create_tasks', { tasks: [{ task: 'Saw' }] })
      return (await toy.turn(0)).turn.prompt
    }
    const able = await promptOf('report')
    expect(able).toContain('Quality gate shown: coverage at least 0.8; evidence holds tests as true.')
    expect(able).toContain('Quality gate rated: score at least 0.8; this holds (CEL): size(result) > 3.')
    const plain = await promptOf('plain')
    expect(plain).not.toMatch(/shown|coverage|score|tests/)
    expect(plain).toContain('Quality gate rated: this holds (CEL): size(result) > 3.')
    expect(plain).toContain('Quality gate quick: duration_ms at most 500.')
  })

  it('leaves a session asked as before', async () => {
    const { baton } = await start('plain')
    await baton.call('spawn_agent', { name: 'me', purpose: 'saw' })
    const asked = {
      query: 'Saw it',
      mode: 'collaborative',
      coordination: 'independent',
      agent_ids: ['me', 'a'],
    }
    await baton.call('orchestrate', asked)
    const { prompt, task } = await baton.call('claim_task', { agent_id: 'me' })
    expect(prompt).toContain('complete_task, and a score from 0 to 1')
    expect(task.scored).toBe(true)
  })

  it('passes a gate by its own metrics and evidence, and names no runner fact of its own', async () => {
    const { toy, baton } = await start('report')
    await baton.call('set_quality_gate', {
      name: 'g',
      metric: 'coverage',
      at_least: 0.8,
      required_checks: ['tests'],
    })
    await baton.call('create_tasks', { tasks: [{ key: 't', task: 'Saw', retry_delay_ms: 0 }] })
    const first = await toy.turn(0)
    first.answer('done', undefined, { metrics: { coverage: 0.7 }, evidence: { tests: true } })
    const second = await toy.turn(1)
    expect(second.turn.prompt).toContain('coverage is 0.7, at least 0.8 is required')
    second.answer('done', undefined, {
      metrics: { coverage: 0.9 },
      evidence: { tests: 'passed', command: 'another', answered_by: 'agt_nobody' },
    })
    await baton.call('await_responses', {})
    const task = await baton.call('get_task', { task_id: 't' })
    expect(task).toMatchObject({
      status: 'done',
      verification: 'verified',
      metrics: { coverage: 0.9, duration_ms: 1 },
      evidence: { tests: 'passed', command: 'toy', left_out: ['command', 'answered_by'] },
    })
    expect(JSON.stringify(task)).not.toContain('agt_nobody')
  })

  it('stands with its confidence where a client stands', async () => {
    const { toy, baton } = await start('report')
    await baton.call('create_tasks', { tasks: [{ key: 't', task: 'Saw' }] })
    ;(await toy.turn(0)).answer('perhaps', undefined, { confidence: 0.3 })
    await baton.call('await_responses', {})
    expect(await baton.call('get_task', { task_id: 't' })).toMatchObject({ status: 'review' })
    expect(await baton.call('list_escalations', {})).toMatchObject({
      escalations: [{ cause: 'low_confidence' }],
    })
  })
})
