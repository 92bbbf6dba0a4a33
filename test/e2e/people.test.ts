import { describe, expect, it } from 'vitest'
import { ProcessClient, type Structured } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { doctor, eventsOf, type Site, siteIn } from '../support/site.ts'

/** Two servers, each a process of its own, on one file, and a run with one agent that both know by its name. */
const withTwo = (
  settings: object,
  act: (world: {
    readonly servers: readonly [ProcessClient, ProcessClient]
    readonly run_id: string
    readonly site: Site
  }) => Promise<void>,
): Promise<void> =>
  withScratch(async (directory) => {
    const site = await siteIn(directory, {})
    const servers = [await ProcessClient.start(site), await ProcessClient.start(site)] as const
    try {
      const [one] = servers
      const { run_id } = await one.must('start_run', { goal: 'mend', settings })
      await one.must('spawn_agent', { run_id, name: 'mender', purpose: 'mend', max_concurrent: 100 })
      await act({ servers, run_id, site })
    } finally {
      await Promise.all(servers.map((server) => server.close()))
    }
    expect(await doctor(site.db)).toMatchObject({ code: 0 })
  })

/** Plans and claims tasks through one server. */
const claimed = async (
  server: ProcessClient,
  run_id: string,
  keys: readonly string[],
): Promise<Structured[]> => {
  const tasks = keys.map((key) => ({ key, task: 'mend', max_attempts: 1 }))
  await server.must('create_tasks', { run_id, tasks })
  const claim = (task_id: string) => server.must('claim_task', { run_id, agent_id: 'mender', task_id })
  return Promise.all(
    keys.map(async (key) => ({ run_id, task_id: key, lease_token: (await claim(key)).lease_token })),
  )
}

const keys = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word}${i}`)
const asked = async (server: ProcessClient, run_id: string, cause: string): Promise<Structured[]> =>
  (await eventsOf(server, run_id, { types: ['escalation.opened'] })).filter(
    ({ data }) => data.cause === cause,
  )

describe('two servers of a run that brings people in', () => {
  it('let through what a person accepted five times through the other', () =>
    withTwo({ escalate_below: { default: 0.9 }, learned_bypass: true }, async ({ servers, run_id }) => {
      const [one, other] = servers
      const report = { result: 'mended', confidence: 0.8 }
      const ready = [
        ...(await claimed(one, run_id, keys('a', 5))),
        ...(await claimed(other, run_id, keys('b', 5))),
      ]
      const first = await Promise.all(
        ready.map((held, i) => servers[i % 2]?.must('complete_task', { ...held, ...report })),
      )
      const open = first.map((said) => said?.escalation_id)
      expect(new Set(open).size).toBe(10)
      expect(await asked(one, run_id, 'low_confidence')).toHaveLength(10)
      const accept = (escalation_id: string) =>
        one.must('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Ada' })
      for (const escalation_id of open.slice(0, 4)) await accept(escalation_id)
      const [held] = await claimed(other, run_id, ['c'])
      expect(await other.must('complete_task', { ...held, ...report })).toHaveProperty('escalation_id')
      await accept(open[4])
      const [next] = await claimed(other, run_id, ['d'])
      expect(await other.must('complete_task', { ...next, ...report })).toMatchObject({ status: 'done' })
      const { let_through } = await one.must('get_task', { run_id, task_id: 'd' })
      expect(let_through).toMatchObject({ n: 5, share: 1, decided: null })
      const results = await eventsOf(one, run_id, { types: ['task.submitted'] })
      expect(results.map(({ seq }) => seq)).toEqual(expect.arrayContaining(let_through.rests_on))
      // Somebody looks at it after all, and says otherwise through the other server: five of six are not enough.
      const no = { run_id, task_id: 'd', decision: 'fail', person: 'Eve' }
      expect(await one.must('resolve_escalation', no)).toMatchObject({ effect: 'recorded' })
      const [last] = await claimed(other, run_id, ['e'])
      expect(await other.must('complete_task', { ...last, ...report })).toHaveProperty('escalation_id')
    }))

  it('ask once about an agent whose work got worse, whichever of them it reports to', () =>
    withTwo({ escalate_below: {} }, async ({ servers, run_id }) => {
      const [one, other] = servers
      for (let i = 0; i < 4; i++) {
        const held = await claimed(one, run_id, keys(`good${i}.`, 12))
        await Promise.all(
          held.map((report, n) => servers[n % 2]?.must('complete_task', { ...report, result: 'mended' })),
        )
      }
      const bad = await claimed(one, run_id, keys('bad', 12))
      await Promise.all(
        bad.map((report, n) => servers[n % 2]?.must('fail_task', { ...report, error: 'broken' })),
      )
      const opened = await asked(other, run_id, 'degraded')
      expect(opened).toHaveLength(1)
      const { escalations } = await other.must('list_escalations', { run_id })
      const degraded = escalations.filter(({ cause }: Structured) => cause === 'degraded')
      expect(degraded).toHaveLength(1)
      const answer = { escalation_id: degraded[0].escalation_id, decision: 'proceed', person: 'Ada' }
      expect(await one.must('resolve_escalation', answer)).toMatchObject({ effect: 'recorded' })
      const more = await claimed(other, run_id, keys('more', 4))
      await Promise.all(
        more.map((report, n) => servers[n % 2]?.must('fail_task', { ...report, error: 'broken' })),
      )
      expect(await asked(other, run_id, 'degraded')).toHaveLength(1)
    }))
})

describe('what a person says', () => {
  it('reaches who asked through another server, and moves what a gate had refused', () =>
    withTwo({}, async ({ servers, run_id }) => {
      const [one, other] = servers
      await one.must('set_quality_gate', {
        run_id,
        name: 'high',
        metric: 'score',
        at_least: 0.9,
        tasks: ['a'],
      })
      const tasks = [
        { key: 'a', task: 'mend', max_attempts: 5 },
        { key: 'b', task: 'ship', depends_on: ['a'] },
      ]
      await one.must('create_tasks', { run_id, tasks })
      for (let i = 0; i < 3; i++) {
        const { lease_token } = await one.must('claim_task', { run_id, agent_id: 'mender', task_id: 'a' })
        await one.must('complete_task', { run_id, task_id: 'a', lease_token, result: `try ${i}`, score: 0.5 })
      }
      const { escalations } = await other.must('list_escalations', { run_id })
      const [{ escalation_id }] = escalations
      await other.must('resolve_escalation', { escalation_id, decision: 'proceed', person: 'Eve' })
      const next = await one.must('claim_task', { run_id, agent_id: 'mender' })
      expect(next.task.inputs).toMatchObject([{ key: 'a', result: 'try 2' }])
      const asked = { run_id, question: 'May we publish?', options: ['yes', 'no'] }
      const question = await one.must('escalate', asked)
      const wait = one.must('await_responses', { run_id, timeout_ms: 30_000 })
      const said = { escalation_id: question.escalation_id, answer: 'yes', person: 'Eve' }
      await other.must('resolve_escalation', said)
      expect((await wait).advice.join()).toContain('Eve answered "yes"')
    }))
})

describe('a client whose server is killed', () => {
  it('leaves a claim that others are told how to go on with', () =>
    withScratch(async (directory) => {
      const site = await siteIn(directory, {})
      const doomed = await ProcessClient.start(site)
      const { run_id } = await doomed.must('start_run', { goal: 'mend' })
      await doomed.must('spawn_agent', { run_id, name: 'mender', purpose: 'mend' })
      const [held] = await claimed(doomed, run_id, ['a'])
      await doomed.server.kill()
      const heir = await ProcessClient.start(site)
      try {
        const { next_actions } = await heir.must('get_run', { run_id })
        expect(next_actions.join('\n')).toContain('as mender is gone')
        const plain = await heir.must('claim_task', { run_id, agent_id: 'mender' })
        expect(plain.reason).toContain('takeover: true')
        const taken = await heir.must('claim_task', { run_id, agent_id: 'mender', takeover: true })
        expect(taken.task.key).toBe(held?.task_id)
      } finally {
        await heir.close()
      }
    }))
})
