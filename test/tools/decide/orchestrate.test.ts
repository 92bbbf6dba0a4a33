import { beforeEach, describe, expect, it } from 'vitest'
import { isDue, sweep } from '../../../src/primitives/task/sweep.ts'
import { type Answer, startBaton, type TestBaton } from '../../support/client.ts'
import { startBoard } from '../board.ts'
import { obliging, outcome, type Play, turn, work } from './play.ts'

let baton: TestBaton
let agents: string[]

const spawn = async (...names: string[]): Promise<string[]> => {
  const ids: string[] = []
  for (const name of names) ids.push((await baton.call('spawn_agent', { purpose: name, name })).agent_id)
  return ids
}

beforeEach(async () => {
  baton = await startBaton()
  await baton.call('start_run', { goal: 'mend the fence' })
  agents = await spawn('ann', 'bob', 'cy')
})

const orchestrate = (args: object): Promise<Answer> =>
  baton.call('orchestrate', { query: 'Mend the old fence', ...args })

const statusOf = async (task_id: string) => (await baton.call('get_task', { task_id })).status

describe('each mode under each coordination', () => {
  const pairs = ['parallel', 'sequential', 'collaborative'].flatMap((mode) =>
    ['independent', 'synchronized', 'hierarchical'].map((coordination) => [mode, coordination] as const),
  )

  it.each(pairs)('%s, %s runs to its end from one call', async (mode, coordination) => {
    const laid = await orchestrate({ mode, coordination })
    expect(laid).toMatchObject({ mode, coordination, reason: 'as asked', confidence: 1 })
    const tasks = await work(baton, agents, obliging)
    const all = Object.values(laid.task_ids)
    expect(tasks.map(({ task_id }) => task_id)).toEqual(expect.arrayContaining(all))
    const { orchestrations, responses } = await baton.call('await_responses', { task_ids: all })
    expect(responses).toHaveLength(all.length)
    expect(orchestrations).toMatchObject([
      { orchestration_id: laid.orchestration_id, status: 'completed', coordination_efficiency: 1 },
    ])
    expect(await outcome(baton)).toMatchObject({ mode, coordination_type: coordination, done: all.length })
  })

  it('pairs modes with their usual coordination', async () => {
    const pair = async (mode: string) => (await orchestrate({ mode })).coordination
    expect(await pair('parallel')).toBe('independent')
    expect(await pair('sequential')).toBe('synchronized')
    expect(await pair('collaborative')).toBe('hierarchical')
  })

  it('warns of pairs that do not go together, and only of those', async () => {
    for (const [mode, coordination] of pairs) {
      const { warnings } = await orchestrate({ mode, coordination })
      const doubtful = ['parallel hierarchical', 'sequential independent'].includes(`${mode} ${coordination}`)
      expect(warnings.some((one: string) => one.includes('is usual'))).toBe(doubtful)
    }
  })
})

describe('parallel', () => {
  it('isolates a failure: partial, with an efficiency of 2/3', async () => {
    await orchestrate({ mode: 'parallel', subtasks: ['saw', 'nail', 'paint'] })
    await work(baton, agents, (task) => (task.key === 'part-2' ? { fail: 'no nails' } : { result: task.key }))
    expect(await outcome(baton)).toMatchObject({
      status: 'partial',
      coordination_efficiency: 2 / 3,
      successful_agents: 2,
      agents_used: agents,
      answer_task_ids: [expect.any(String), expect.any(String)],
      results: [
        { name: 'part-1', status: 'done', excerpt: 'part-1', untrusted: true },
        { name: 'part-2', status: 'failed', excerpt: null },
        { name: 'part-3', status: 'done' },
      ],
    })
  })

  it('has failed when everybody failed', async () => {
    await orchestrate({ mode: 'parallel' })
    await work(baton, agents, () => ({ fail: 'rain' }))
    expect(await outcome(baton)).toMatchObject({
      status: 'failed',
      coordination_efficiency: 0,
      quality_score: null,
      quality_variance: null,
      scored: 0,
      consensus_analysis: { agreement: null, label: 'insufficient_data', n: 0 },
    })
  })

  it('has all pieces ready at once, for agents in turn', async () => {
    const { task_ids } = await orchestrate({ mode: 'parallel', subtasks: ['a', 'b', 'c', 'd'] })
    const tasks = await Promise.all(
      Object.values(task_ids).map((task_id) => baton.call('get_task', { task_id })),
    )
    expect(tasks.map(({ status }) => status)).toEqual(['ready', 'ready', 'ready', 'ready'])
    expect(tasks.map(({ agent_id }) => agent_id)).toEqual([...agents, agents[0]])
  })
})

describe('sequential', () => {
  it('hands 20 facts of step 1 over to step 3', async () => {
    const facts = Array.from(
      { length: 20 },
      (_, i) => `Fact ${i}: post ${i} stands ${37 * i + 11} cm from the gate.`,
    )
    await orchestrate({ query: 'Create a REST API', mode: 'sequential' })
    const steps = await work(baton, agents, (task) => ({
      result: task.key === 'design' ? facts.join('\n') : `${task.key} is done`,
    }))
    expect(steps.map(({ key }) => key)).toEqual(['design', 'implement', 'review'])
    const [, second, third] = steps
    expect(second.inputs).toMatchObject([{ key: 'design', result: facts.join('\n'), untrusted: true }])
    expect(third.inputs).toMatchObject([
      { key: 'implement', result: 'implement is done' },
      {
        key: 'design',
        result: { summary: expect.stringContaining('Fact 0'), key_outputs: expect.any(String) },
      },
    ])
    const payload = third.inputs[1].result.key_outputs
    expect(facts.filter((fact) => payload.includes(fact)).length).toBeGreaterThanOrEqual(19)
  })

  it('lets no step begin before the one before it is done', async () => {
    const { task_ids } = await orchestrate({ mode: 'sequential', template: 'problem' })
    const { identify, solve, verify } = task_ids
    expect([await statusOf(identify), await statusOf(solve), await statusOf(verify)]).toEqual([
      'ready',
      'blocked',
      'blocked',
    ])
    await turn(baton, agents[0] as string, obliging)
    expect([await statusOf(solve), await statusOf(verify)]).toEqual(['ready', 'blocked'])
  })

  it('hands nothing over when independent', async () => {
    await orchestrate({ mode: 'sequential', coordination: 'independent' })
    const steps = await work(baton, agents, obliging)
    expect(steps.map(({ inputs }) => inputs)).toEqual([[], [], []])
  })

  it('stops at a failure, and goes on when the failed step is replaced', async () => {
    await orchestrate({ mode: 'sequential', template: 'code' })
    const play: Play = (task) => (task.key === 'implement' ? { fail: 'no saw' } : { result: task.key })
    const first = await work(baton, agents, play)
    expect(first.map(({ key }) => key)).toEqual(['design', 'implement'])
    expect(await outcome(baton)).toMatchObject({
      status: 'partial',
      stalled: true,
      coordination_efficiency: 0.5,
    })
    await baton.call('create_tasks', { tasks: [{ key: 'again', task: 'implement', replaces: 'implement' }] })
    expect(await outcome(baton)).toMatchObject({ status: 'open' })
    const rest = await work(baton, agents, play)
    expect(rest.map(({ key }) => key)).toEqual(['again', 'review'])
    expect(await outcome(baton)).toMatchObject({ status: 'completed', coordination_efficiency: 1 })
  })

  it('hierarchical: the lead approves each step before the next begins', async () => {
    await spawn('lead')
    await orchestrate({ mode: 'sequential', coordination: 'hierarchical', subtasks: ['saw', 'nail'] })
    const all = [...agents, 'lead']
    const seen = await work(baton, all, (task, agent) => {
      if (!task.reviews) return { result: task.attempt === 1 ? 'crooked' : 'straight' }
      expect(agent).toBe('lead')
      return { result: { approve: task.task.includes('straight'), findings: 'crooked' } }
    })
    const kinds = seen.map((task) => (task.reviews ? 'review' : `${task.key} ${task.attempt}`))
    expect(kinds).toEqual([
      ...['step-1 1', 'review', 'step-1 2', 'review'],
      ...['step-2 1', 'review', 'step-2 2', 'review'],
    ])
  })
})

describe('synchronized', () => {
  it.each(['parallel', 'collaborative'])('%s: nobody enters phase 2 before all end phase 1', async (mode) => {
    const { task_ids } = await orchestrate({ mode, coordination: 'synchronized' })
    const names = Object.keys(task_ids)
    const second = names.filter((name) => name.endsWith('-2') && names.includes(name.slice(0, -2)))
    expect(second).toHaveLength(3)
    const order = await work(baton, agents, (task) => {
      if (second.includes(task.key))
        expect(task.inputs.map(({ result }: Answer) => result)).toEqual([0, 1, 2])
      return { result: names.indexOf(task.key) }
    })
    const phases = order.map(({ key }) => (second.includes(key) ? 2 : 1))
    expect(phases).toEqual([1, 1, 1, 2, 2, 2])
    expect((await outcome(baton)).answer_task_ids).toEqual(second.map((name) => task_ids[name]))
  })

  it('goes on with those that are left when one fails in phase 1', async () => {
    await orchestrate({ mode: 'parallel', coordination: 'synchronized', subtasks: ['a', 'b', 'c'] })
    const order = await work(baton, agents, (task) =>
      task.key === 'part-1' ? { fail: 'rain' } : { result: task.key },
    )
    const second = order.filter(({ key }) => key.endsWith('-2') && key !== 'part-2')
    expect(second).toHaveLength(3)
    expect(second[0].inputs.map(({ key }: Answer) => key)).toEqual(['part-2', 'part-3'])
    expect(await outcome(baton)).toMatchObject({ status: 'partial' })
  })

  it('ends as failed when nobody got through phase 1', async () => {
    await orchestrate({ mode: 'parallel', coordination: 'synchronized' })
    await work(baton, agents, () => ({ fail: 'rain' }))
    expect(await outcome(baton)).toMatchObject({ status: 'failed', done: 0, tasks: 6 })
  })
})

describe('collaborative', () => {
  const planted: Play = (task) => ({
    result: task.key === 'candidate-2' ? 'a straight fence' : 'a crooked fence',
    score: task.key === 'candidate-2' ? 0.9 : task.key === 'candidate-1' ? 0.6 : 0.3,
  })

  it('returns the planted best, lists all scores, and their variance is .06', async () => {
    const { task_ids } = await orchestrate({ mode: 'collaborative', coordination: 'independent' })
    await work(baton, agents, planted)
    const said = await outcome(baton)
    expect(said).toMatchObject({
      choice: { name: 'candidate-2', by: 'score', score: 0.9, ties: [] },
      quality_score: 0.6,
      quality_variance: 0.06,
      scored: 3,
      answer_task_ids: [task_ids['candidate-2']],
    })
    expect(said.results.map(({ score }: Answer) => score)).toEqual([0.6, 0.9, 0.3])
  })

  it('tells ties, and takes the one that was first', async () => {
    await orchestrate({ mode: 'collaborative', coordination: 'independent' })
    await work(baton, agents, () => ({ result: 'x', score: 0.7 }))
    expect(await outcome(baton)).toMatchObject({
      choice: { name: 'candidate-1', ties: ['candidate-2', 'candidate-3'] },
      consensus_analysis: { agreement: 1, label: 'high', n: 3 },
    })
  })

  it('chooses nothing where nobody scored', async () => {
    await orchestrate({ mode: 'collaborative', coordination: 'independent' })
    await work(baton, agents, (task) => ({ result: task.key === 'candidate-1' ? 'one' : 'two' }))
    expect(await outcome(baton)).toMatchObject({ status: 'completed', choice: null, quality_score: null })
    expect(await baton.say('get_run')).toContain('judge the results yourself')
  })

  it('hierarchical: the lead gets the candidates, and its choice wins over their own scores', async () => {
    await spawn('judge')
    const { task_ids, warnings } = await orchestrate({ mode: 'collaborative' })
    expect(warnings).toEqual([])
    await work(baton, [...agents, 'judge'], (task, agent) => {
      if (task.key !== 'lead') return planted(task, agent)
      expect(agent).toBe('judge')
      expect(task.inputs.map(({ key, result }: Answer) => `${key} ${result}`)).toEqual([
        'candidate-1 a crooked fence',
        'candidate-2 a straight fence',
        'candidate-3 a crooked fence',
      ])
      return { result: { choice: 'candidate-3', scores: { 'candidate-3': 0.8 }, reason: 'it has a gate' } }
    })
    expect(await outcome(baton)).toMatchObject({
      status: 'completed',
      choice: { name: 'candidate-3', task_id: task_ids['candidate-3'], by: 'lead', score: 0.8 },
    })
  })

  it('sends a lead back that chooses what is no candidate', async () => {
    await orchestrate({ mode: 'collaborative', lead: 'cy' })
    await work(baton, agents.slice(0, 2), planted)
    const { task } = await baton.call('claim_task', { agent_id: 'cy' })
    const said = await baton.call('complete_task', { task_id: task.task_id, result: { choice: 'me' } })
    expect(said).toMatchObject({ status: 'ready', verification: 'rejected' })
  })

  it('lets the lead choose among those that got through, and sends back a choice of one that failed', async () => {
    await spawn('judge')
    await orchestrate({ mode: 'collaborative' })
    await work(baton, agents, (task) =>
      task.key === 'candidate-1' ? { fail: 'rain' } : { result: task.key },
    )
    const { task } = await baton.call('claim_task', { agent_id: 'judge' })
    const chosen = (choice: string) => ({ task_id: task.task_id, result: { choice } })
    expect(await baton.call('complete_task', chosen('candidate-1'))).toMatchObject({
      status: 'ready',
      verification: 'rejected',
      findings: expect.stringMatching(/choice.*candidate-2.*candidate-3/s),
    })
    expect(await outcome(baton)).toMatchObject({ status: 'open' })
    await turn(baton, 'judge', () => ({ result: { choice: 'candidate-2' } }))
    expect(await outcome(baton)).toMatchObject({ status: 'partial', choice: { name: 'candidate-2' } })
  })

  it('gates over all work hold for the candidates, and not for the lead who chooses', async () => {
    await spawn('judge')
    await baton.call('set_quality_gate', { name: 'good', metric: 'score', at_least: 0.8 })
    await orchestrate({ mode: 'collaborative' })
    const tasks = await work(baton, [...agents, 'judge'], (task) =>
      task.key === 'lead' ? { result: { choice: 'candidate-1' } } : { result: 1, score: 0.9 },
    )
    expect(tasks.map(({ key, quality_gates }) => `${key} ${quality_gates?.length ?? 0}`)).toEqual([
      ...['candidate-1 1', 'candidate-2 1', 'candidate-3 1', 'lead 0'],
    ])
    expect(await outcome(baton)).toMatchObject({ status: 'completed', choice: { by: 'lead' } })
  })

  it('gates over all work hold for a lead who joins the parts: that is work', async () => {
    await spawn('judge')
    await baton.call('set_quality_gate', { name: 'good', metric: 'score', at_least: 0.8 })
    await orchestrate({ mode: 'parallel', coordination: 'hierarchical', subtasks: ['a', 'b'] })
    await work(baton, agents, () => ({ result: 1, score: 0.9 }))
    const { task } = await baton.call('claim_task', { agent_id: 'judge' })
    expect(task).toMatchObject({ key: 'lead', quality_gates: [{ name: 'good' }] })
  })
})

describe('a quorum', () => {
  it('goes on to the lead when enough is done, and cancels the rest', async () => {
    await spawn('judge')
    const { task_ids } = await orchestrate({ mode: 'collaborative', quorum: 2 })
    const claimed = await baton.call('claim_task', { agent_id: 'cy' })
    await turn(baton, 'ann', obliging)
    expect(await statusOf(task_ids.lead)).toBe('blocked')
    await turn(baton, 'bob', obliging)
    expect(await statusOf(task_ids.lead)).toBe('ready')
    expect(await statusOf(task_ids['candidate-3'])).toBe('cancelled')
    const late = { task_id: claimed.task.task_id, lease_token: claimed.lease_token, result: 'late' }
    await expect(baton.call('complete_task', late)).rejects.toMatchObject({ code: 'lease_lost' })
    await turn(baton, 'judge', obliging)
    expect(await outcome(baton)).toMatchObject({ status: 'completed', coordination_efficiency: 1 })
  })

  it('leaves the lead no choice but among what is done: then the whole is completed', async () => {
    await spawn('judge')
    await orchestrate({ mode: 'collaborative', quorum: 2 })
    await turn(baton, 'ann', obliging)
    await turn(baton, 'bob', obliging)
    const { task } = await baton.call('claim_task', { agent_id: 'judge' })
    const result = { choice: 'candidate-3' }
    expect(await baton.call('complete_task', { task_id: task.task_id, result })).toMatchObject({
      status: 'ready',
      verification: 'rejected',
    })
    await turn(baton, 'judge', () => ({ result: { choice: 'candidate-2' } }))
    expect(await outcome(baton)).toMatchObject({
      status: 'completed',
      choice: { name: 'candidate-2', by: 'lead' },
    })
  })

  it('that cannot be met any more never starts the lead', async () => {
    await spawn('judge')
    const { task_ids } = await orchestrate({ mode: 'collaborative', quorum: 2 })
    await work(baton, agents, (task) => (task.key === 'candidate-1' ? { result: 1 } : { fail: 'rain' }))
    expect(await statusOf(task_ids.lead)).toBe('cancelled')
    expect(await outcome(baton)).toMatchObject({ status: 'partial', choice: null })
  })

  it('takes no results for agreement where nothing was handed in', async () => {
    await orchestrate({ mode: 'parallel', subtasks: ['a', 'b'] })
    await work(baton, agents, () => ({ result: null }))
    expect(await outcome(baton)).toMatchObject({
      consensus_analysis: { agreement: null, label: 'insufficient_data', n: 0 },
    })
  })

  it('drops a cut part from the next phase too; the finished ones make the answer', async () => {
    const subtasks = ['write chapter a', 'write chapter b', 'write chapter c']
    const laid = await orchestrate({ mode: 'parallel', coordination: 'synchronized', subtasks, quorum: 2 })
    const { task_ids } = laid
    await turn(baton, 'ann', obliging)
    await turn(baton, 'bob', obliging)
    expect(await statusOf(task_ids['part-3'])).toBe('cancelled')
    expect(await statusOf(task_ids['part-3-2'])).toBe('cancelled')
    const { task } = await baton.call('claim_task', { agent_id: 'ann' })
    expect(task.task).toContain('write chapter a')
    await baton.call('complete_task', { task_id: task.task_id, result: 'a, mended' })
    await turn(baton, 'bob', () => ({ fail: 'rain' }))
    const { orchestrations } = await baton.call('await_responses', {})
    expect(orchestrations).toMatchObject([
      { status: 'partial', answer_task_ids: [task_ids['part-1-2'], task_ids['part-2']] },
    ])
  })

  it('is refused where it means nothing', async () => {
    await expect(orchestrate({ mode: 'sequential', quorum: 1 })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(orchestrate({ mode: 'parallel', quorum: 4 })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe('the call', () => {
  it('chooses the mode and says why', async () => {
    const laid = await baton.call('orchestrate', { query: 'Write a compelling blog post about AI ethics' })
    expect(laid).toMatchObject({ mode: 'collaborative', coordination: 'hierarchical', confidence: 0.8 })
    expect(laid.reason).toMatch(/creative work.*insufficient data: 0 of 5/)
  })

  it('runs each stated template to its end by name', async () => {
    for (const template of ['code', 'parts', 'research', 'problem', 'creative']) {
      const laid = await orchestrate({ template })
      expect(laid.reason).toContain(template)
      await work(baton, agents, obliging)
      expect(await outcome(baton)).toMatchObject({ template, status: 'completed' })
    }
  })

  it('gives everybody the context, and names what is taken with a number', async () => {
    await orchestrate({ mode: 'parallel', subtasks: ['a', 'b'], context: { wood: 'oak' } })
    const { task_ids } = await orchestrate({ mode: 'parallel', subtasks: ['a', 'b'] })
    expect(Object.keys(task_ids)).toEqual(['part-1.2', 'part-2.2'])
    const { key, title } = await baton.call('get_task', { task_id: task_ids['part-1.2'] })
    expect([key, title]).toEqual(['part-1.2', 'part-1.2: a'])
    const { task } = await baton.call('claim_task', { agent_id: 'ann' })
    expect(task).toMatchObject({ key: 'part-1', context: { wood: 'oak' } })
  })

  it('refuses a template beside subtasks, and warns of subtasks that repeat others', async () => {
    await expect(orchestrate({ subtasks: ['a', 'b'], template: 'code' })).rejects.toMatchObject({
      code: 'invalid_argument',
      report: { details: { field: 'template' } },
    })
    const { warnings, task_ids } = await orchestrate({ subtasks: ['saw', 'nail', 'Saw '] })
    expect(warnings).toEqual([expect.stringContaining('subtasks 3 repeat')])
    expect(Object.keys(task_ids)).toHaveLength(3)
    expect((await orchestrate({ subtasks: ['saw', 'nail'] })).warnings).toEqual([])
  })

  it('lets the lead of a second one choose by the names that it is shown', async () => {
    await spawn('judge')
    const contest = { mode: 'collaborative', coordination: 'hierarchical', agent_ids: ['ann', 'bob'] }
    await orchestrate({ ...contest, lead: 'judge' })
    await work(baton, ['ann', 'bob', 'judge'], obliging)
    const { task_ids } = await orchestrate({ ...contest, lead: 'judge' })
    await work(baton, ['ann', 'bob'], obliging)
    const { task } = await baton.call('claim_task', { agent_id: 'judge' })
    expect(task.task_id).toBe(task_ids['lead.2'])
    expect(task.inputs.map((input: { key: string }) => input.key)).toContain('candidate-1.2')
    const done = { task_id: task.task_id, result: { choice: 'candidate-1.2' } }
    expect(await baton.call('complete_task', done)).toMatchObject({ status: 'done' })
  })

  it('gives pieces to agents whose capabilities they name, and says whose pieces a guess are', async () => {
    await baton.call('spawn_agent', { purpose: 'lint', name: 'lin', capabilities: ['lint'] })
    const stated = await orchestrate({ query: 'First, saw the planks, then lint the code, finally report' })
    expect(stated).toMatchObject({ template: null, warnings: [] })
    const { agent_id } = await baton.call('get_task', { task_id: stated.task_ids['step-2'] })
    const { agents: all } = await baton.call('list_agents', { requires: ['lint'] })
    expect(agent_id).toBe(all[0].agent_id)
    const guessed = await orchestrate({ query: 'hello', mode: 'parallel' })
    expect(guessed.warnings).toEqual([expect.stringContaining('template "problem"; give subtasks')])
  })

  it('acts once per idempotency key', async () => {
    const first = await orchestrate({ mode: 'parallel', idempotency_key: 'k' })
    expect(await orchestrate({ mode: 'parallel', idempotency_key: 'k' })).toEqual(first)
    await expect(orchestrate({ mode: 'sequential', idempotency_key: 'k' })).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it('takes the agents that it is told to, and refuses those there are not', async () => {
    const { task_ids } = await orchestrate({ mode: 'parallel', agent_ids: ['bob'] })
    for (const task_id of Object.values(task_ids))
      expect(await baton.call('get_task', { task_id })).toMatchObject({ agent_id: agents[1] })
    await expect(orchestrate({ agent_ids: ['dan'] })).rejects.toMatchObject({ code: 'not_found' })
    await expect(orchestrate({ coordination: 'independent', lead: 'ann' })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
    await expect(orchestrate({ mode: 'collaborative', subtasks: ['a'] })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })

  it('opens a run where none is, and says that nobody is there to do it', async () => {
    baton = await startBaton()
    const { warnings, run_id } = await orchestrate({ mode: 'collaborative' })
    expect(run_id).toMatch(/^run_/)
    expect(warnings).toEqual([expect.stringContaining('no agent')])
  })
})

describe('experience', () => {
  const query = 'Write a poem about rain'
  const one = async (mode: string, score: number) => {
    await baton.call('orchestrate', {
      query,
      mode,
      coordination: mode === 'sequential' ? 'synchronized' : 'independent',
    })
    await work(baton, agents, () => ({ result: 'rain', score }))
  }

  it('changes the automatic choice once enough outcomes say so, also past a rollback', async () => {
    const { checkpoint_id } = await baton.call('create_checkpoint')
    for (let i = 0; i < 5; i++) await one('collaborative', 0.4)
    for (let i = 0; i < 4; i++) await one('sequential', 0.8)
    const before = await baton.call('orchestrate', { query })
    expect(before).toMatchObject({
      mode: 'collaborative',
      reason: expect.stringContaining('insufficient data'),
    })
    await baton.call('rollback_to_checkpoint', { checkpoint_id })
    expect((await baton.call('get_run')).orchestrations).toBeUndefined()
    await one('sequential', 0.8)
    const after = await baton.call('orchestrate', { query })
    expect(after.mode).toBe('sequential')
    expect(after.reason).toContain('sequential 0.80 (n 5), collaborative 0.40 (n 5)')
  })
})

const sweepIn = async ({ store }: TestBaton): Promise<void> => {
  const call = { actor: { session: 'sweeper', client: 'test' }, correlation: 'sweep' }
  if (await store.read((db) => isDue(db), undefined)) await store.execute((tx) => sweep(tx), undefined, call)
}

describe('time', () => {
  it('cancels what is left when it is over, and keeps what is done', async () => {
    const board = await startBoard()
    const { task_ids } = await board.call('orchestrate', {
      query: 'Mend it',
      mode: 'parallel',
      subtasks: ['a', 'b'],
      timeout_ms: 60_000,
    })
    board.clock.passes(2_500)
    await turn(board, board.agent_id, () => ({ result: 1 }))
    board.clock.passes(57_499)
    await sweepIn(board)
    expect((await board.call('get_run')).orchestrations[0]).toMatchObject({ status: 'open' })
    board.clock.passes(1)
    await sweepIn(board)
    const [said] = (await board.call('get_run')).orchestrations
    expect(said).toMatchObject({ status: 'partial', timed_out: true, execution_time_ms: 60_000 })
    expect((await board.call('get_task', { task_id: task_ids['part-2'] })).status).toBe('cancelled')
  })

  it('counts nothing that is handed in after it, swept or not', async () => {
    const board = await startBoard()
    const asked = { query: 'Mend it', mode: 'parallel', subtasks: ['a', 'b'], timeout_ms: 10_000 }
    await board.call('orchestrate', asked)
    const { task, lease_token } = await board.call('claim_task', { agent_id: board.agent_id })
    const report = { task_id: task.task_id, lease_token, result: 1 }
    board.clock.passes(9_999)
    expect(await board.call('complete_task', report)).toMatchObject({ status: 'done' })
    const second = await board.call('claim_task', { agent_id: board.agent_id })
    const late = { task_id: second.task.task_id, lease_token: second.lease_token, result: 2 }
    board.clock.passes(1)
    // The report that came in time is still answered as it was.
    expect(await board.call('complete_task', report)).toMatchObject({ status: 'done' })
    await expect(board.call('complete_task', late)).rejects.toMatchObject({ code: 'lease_lost' })
    await sweepIn(board)
    const [said] = (await board.call('get_run')).orchestrations
    expect(said).toMatchObject({ status: 'partial', done: 1, timed_out: true })
  })

  it('is told from laying it out to the last end', async () => {
    const board = await startBoard()
    await board.call('orchestrate', { query: 'Mend it', mode: 'parallel', subtasks: ['a', 'b'] })
    board.clock.passes(1_000)
    await turn(board, board.agent_id, () => ({ result: 1 }))
    board.clock.passes(500)
    await turn(board, board.agent_id, () => ({ result: 2 }))
    board.clock.passes(9_000)
    expect((await board.call('get_run')).orchestrations[0]).toMatchObject({ execution_time_ms: 1_500 })
  })
})

describe('restart, rollback and the end of the run', () => {
  it('goes on after a restart without repeating a finished step', async () => {
    const board = await startBoard()
    const { task_ids } = await board.call('orchestrate', { query: 'Create an API', template: 'code' })
    await turn(board, board.agent_id, obliging)
    await board.close()
    const next = await board.another()
    const rest = await work(next, [board.agent_id], obliging)
    expect(rest.map(({ task_id }) => task_id)).toEqual([task_ids.implement, task_ids.review])
    expect(await outcome(next)).toMatchObject({ status: 'completed', done: 3 })
  })

  it('rolled back in the middle and continued differently, the log shows both', async () => {
    const { orchestration_id } = await orchestrate({ template: 'code' })
    await turn(baton, 'ann', obliging)
    const { checkpoint_id } = await baton.call('create_checkpoint')
    await work(baton, agents, () => ({ result: 'the first way', score: 0.2 }))
    expect(await outcome(baton)).toMatchObject({ status: 'completed' })
    await baton.call('rollback_to_checkpoint', { checkpoint_id })
    expect(await outcome(baton)).toMatchObject({ orchestration_id, status: 'open', done: 1 })
    await work(baton, agents, () => ({ result: 'the second way', score: 0.8 }))
    const said = await outcome(baton)
    expect(said).toMatchObject({ status: 'completed', results: [{}, { excerpt: 'the second way' }, {}] })
    const { events } = await baton.call('observe_events', {
      after: '0',
      types: ['task.completed', 'orchestration.ended', 'orchestration.restored'],
      verbose: true,
      limit: 200,
    })
    const told = JSON.stringify(events)
    expect(told).toContain('the first way')
    expect(told).toContain('the second way')
    const own = events.filter(({ type }: Answer) => type.startsWith('orchestration'))
    expect(own.map(({ type }: Answer) => type)).toEqual([
      'orchestration.ended',
      'orchestration.restored',
      'orchestration.ended',
    ])
  })

  it('is undone by a rollback to before it', async () => {
    const { checkpoint_id } = await baton.call('create_checkpoint')
    const { task_ids } = await orchestrate({ mode: 'parallel' })
    const { reverted } = await baton.call('rollback_to_checkpoint', { checkpoint_id })
    expect(reverted).toMatchObject({ undone_tasks: 3, undone_agents: 0 })
    expect((await baton.call('get_run')).orchestrations).toBeUndefined()
    expect(await orchestrate({ mode: 'parallel' })).toHaveProperty('task_ids')
    expect(Object.keys(task_ids)).toHaveLength(3)
  })

  it('is over when its run ends', async () => {
    const { run_id } = await orchestrate({ mode: 'parallel' })
    await turn(baton, 'ann', obliging)
    await baton.call('end_run', { outcome: 'cancelled', reason: 'rain' })
    const { orchestrations } = await baton.call('get_run', { run_id })
    expect(orchestrations).toMatchObject([{ status: 'partial', done: 1, coordination_efficiency: 1 }])
  })
})
