import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ElicitRequestSchema, type ElicitResult } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, it } from 'vitest'
import type { Answer, BatonOptions, TestBaton } from '../../support/client.ts'
import { type Board, startBoard } from '../board.ts'
import { eventsOf, handIn, statusOf, waiting } from './people.ts'

interface Shown {
  readonly message: string
  readonly requestedSchema: { readonly properties: object; readonly required?: readonly string[] }
}

/** A person in front of a client that can ask: what they were shown, and what they answer. */
class Person {
  readonly shown: Shown[] = []
  /** Resolves when they have been asked so many times. */
  private readonly awaited: { readonly count: number; readonly come: () => void }[] = []
  takenBack = 0
  private readonly answer: (shown: Shown) => Promise<ElicitResult>

  constructor(answer: (shown: Shown) => Promise<ElicitResult>) {
    this.answer = answer
  }

  asked(count = 1): Promise<void> {
    return new Promise((come) => {
      if (this.shown.length >= count) come()
      else this.awaited.push({ count, come })
    })
  }

  readonly options: BatonOptions = {
    capabilities: { elicitation: {} },
    prepare: (client: Client) =>
      client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }) => {
        signal.addEventListener('abort', () => {
          this.takenBack++
        })
        this.shown.push(params as unknown as Shown)
        for (const { count, come } of this.awaited) if (this.shown.length >= count) come()
        return this.answer(params as unknown as Shown)
      }),
  }
}

const never = () => new Promise<ElicitResult>(() => undefined)
const accepts = (content: Record<string, string>) => async (): Promise<ElicitResult> => ({
  action: 'accept',
  content,
})

const peopled = (person: Person): Promise<Board> => startBoard({ escalate_below: {} }, person.options)

const unsure = async (board: Board): Promise<string> => {
  const { a = '' } = await board.plan({ key: 'a', task: 'add' })
  await handIn(board, a, { confidence: 0.4, result: 'about five' })
  return a
}

/** Waits for the event, woken by it. */
const until = (baton: TestBaton, type: string, run_id?: string) =>
  baton.call('observe_events', { types: [type], timeout_ms: 10_000, ...(run_id && { run_id }) })

describe('a client that can ask its user', () => {
  it('shows an escalation with what was handed in; the answer resumes the work in their name', async () => {
    const person = new Person(accepts({ decision: 'proceed', note: 'close enough', name: 'Ada' }))
    const board = await peopled(person)
    const task = await unsure(board)
    await until(board, 'escalation.resolved')
    expect(person.shown).toHaveLength(1)
    expect(person.shown[0]?.message).toContain('about five')
    expect(person.shown[0]?.requestedSchema.required).toEqual(['decision'])
    expect(await board.call('get_task', { task_id: task })).toMatchObject({
      status: 'done',
      verification: 'verified',
      findings: 'close enough',
    })
    for (const { actor } of await eventsOf(board, 'escalation.resolved', 'task.verified'))
      expect(actor).toMatchObject({ person: 'Ada', client: 'test 1' })
  })

  it('holds no call up while the user thinks, and takes the question back when it is answered elsewhere', async () => {
    const person = new Person(never)
    const board = await peopled(person)
    const task = await unsure(board)
    await person.asked()
    expect(await statusOf(board, task)).toBe('review')
    const [{ escalation_id }] = (await waiting(board)) as [{ escalation_id: string }]
    const desk = await board.another()
    await desk.call('resolve_escalation', { escalation_id, decision: 'cancel', person: 'Bob' })
    await expect.poll(() => person.takenBack, { timeout: 5_000 }).toBe(1)
    expect(await waiting(board, { all: true })).toMatchObject([{ by: 'Bob', decision: 'cancel' }])
  })

  it('asks for the answer alone where somebody asked, one of those there are, and hands it on', async () => {
    const person = new Person(accepts({ answer: 'no', name: 'Ada' }))
    const board = await peopled(person)
    const { a = '' } = await board.plan({ key: 'a', task: 'add' })
    await board.call('escalate', { question: 'May we publish?', options: ['yes', 'no'], task_id: a })
    await until(board, 'escalation.resolved')
    expect(person.shown[0]?.requestedSchema).toMatchObject({ required: ['answer'] })
    const properties = person.shown[0]?.requestedSchema.properties ?? {}
    expect(Object.keys(properties)).toEqual(['answer', 'name'])
    expect(properties).toMatchObject({ answer: { enum: ['yes', 'no'] } })
    expect(await waiting(board, { all: true })).toMatchObject([{ answer: 'no', by: 'Ada' }])
    expect(await statusOf(board, a)).toBe('ready')
  })

  it('takes any words where no answers are given', async () => {
    const person = new Person(accepts({ answer: 'on Friday' }))
    const board = await peopled(person)
    await board.call('escalate', { question: 'When?' })
    await until(board, 'escalation.resolved')
    expect(person.shown[0]?.requestedSchema.properties).toMatchObject({ answer: { type: 'string' } })
    expect(await waiting(board, { all: true })).toMatchObject([
      { answer: 'on Friday', by: 'the user of test 1' },
    ])
  })

  it('takes a refusal to answer for no word of anybody', async () => {
    const person = new Person(async () => ({ action: 'decline' }))
    const board = await peopled(person)
    const task = await unsure(board)
    await person.asked()
    await board.call('escalate', { question: 'Another?' })
    await person.asked(2)
    expect(await statusOf(board, task)).toBe('review')
    const left = await waiting(board)
    expect(left.map(({ status, by }) => [status, by])).toEqual([
      ['open', undefined],
      ['open', undefined],
    ])
  })

  it.each([
    ['closes the form', async (): Promise<ElicitResult> => ({ action: 'cancel' })],
    ['answers what was not asked', accepts({ decision: 'burn it' })],
    ['answers nothing', accepts({})],
  ])('leaves it in the list when the user %s', async (_, answer) => {
    const person = new Person(answer)
    const board = await peopled(person)
    await unsure(board)
    await person.asked()
    await board.call('escalate', { question: 'Another?' })
    await person.asked(2)
    expect((await waiting(board)).map(({ status }) => status)).toEqual(['open', 'open'])
  })

  it('is not asked of runs that others conduct, nor by a worker', async () => {
    const person = new Person(never)
    const board = await startBoard({ escalate_below: {} })
    const elsewhere = await board.another(person.options)
    const { run_id } = board
    await elsewhere.call('get_run', { run_id })
    const { a = '' } = await board.plan({ key: 'a', task: 'add' })
    // It hands in as a worker: the question is the conductor's.
    await elsewhere.call('claim_task', { run_id, agent_id: board.agent_id, task_id: a })
    await elsewhere.call('complete_task', { run_id, task_id: a, result: 1, confidence: 0.1 })
    // What it is asked as the conductor of its own run came later: so the first was passed over.
    await elsewhere.call('start_run', { goal: 'own' })
    await elsewhere.call('escalate', { question: 'Mine?' })
    await person.asked()
    expect(person.shown.map(({ message }) => message.includes('Mine?'))).toEqual([true])
  })
})

describe('a form about a task', () => {
  const fields = (shown: Shown | undefined) => shown?.requestedSchema.properties as Record<string, Answer>

  it('accepts what a gate had refused, which it shows', async () => {
    const person = new Person(accepts({ decision: 'proceed', name: 'Eve' }))
    const board = await peopled(person)
    await board.call('set_quality_gate', { name: 'high', metric: 'score', at_least: 0.9, tasks: ['a'] })
    const { a = '', b = '' } = await board.plan(
      { key: 'a', task: 'add', max_attempts: 5 },
      { key: 'b', task: 'after', depends_on: ['a'] },
    )
    for (const result of ['one', 'two', 'three']) await handIn(board, a, { score: 0.5, result })
    await until(board, 'escalation.resolved')
    expect(person.shown[0]?.message).toContain('three')
    expect(fields(person.shown[0])).toMatchObject({ result: { type: 'string' } })
    expect(await board.call('get_task', { task_id: a })).toMatchObject({
      status: 'done',
      verification: 'overridden',
      result: 'three',
    })
    expect(await statusOf(board, b)).toBe('ready')
  })

  const failed = async (board: Board): Promise<string> => {
    const { a = '' } = await board.plan({ key: 'a', task: 'add', max_attempts: 1 })
    const { lease_token } = await board.claim({ task_id: a })
    await board.call('fail_task', { task_id: a, lease_token, error: 'no luck' })
    return a
  }

  it('is shown again with the reason where a result is missing, and takes one', async () => {
    const person = new Person(async ({ message }) => ({
      action: 'accept',
      content: { decision: 'proceed', ...(message.includes('was not taken') && { result: 'five' }) },
    }))
    const board = await peopled(person)
    const task = await failed(board)
    await until(board, 'escalation.resolved')
    expect(person.shown).toHaveLength(2)
    expect(person.shown[1]?.message).toContain('Give a result')
    expect(await board.call('get_task', { task_id: task })).toMatchObject({ status: 'done', result: 'five' })
  })

  it('is not shown for ever: the question stays in the list', async () => {
    const person = new Person(accepts({ decision: 'proceed' }))
    const board = await peopled(person)
    const task = await failed(board)
    await person.asked(3)
    await board.call('escalate', { question: 'Another?' })
    await person.asked(4)
    expect(person.shown[3]?.message).toContain('Another?')
    expect((await waiting(board))[0]).toMatchObject({ task_id: task, status: 'open' })
    expect(await statusOf(board, task)).toBe('failed')
  })

  it('offers neither what cannot be accepted nor what cannot be tried again', async () => {
    const person = new Person(never)
    const board = await peopled(person)
    const { a = '' } = await board.plan({ key: 'a', task: 'add', checks: [{ kind: 'review' }] })
    await handIn(board, a)
    const [review] = (await board.call('get_task', { task_id: a })).open_reviews
    await board.call('escalate', { question: 'What of it?', task_id: review })
    await person.asked()
    const shown = fields(person.shown[0])
    expect(shown.decision.enum).toEqual(['retry', 'cancel', 'fail'])
    expect(shown).not.toHaveProperty('result')
    await board.call('spawn_agent', { name: 'jo', purpose: 'vote' })
    await board.call('spawn_agent', { name: 'kim', purpose: 'vote' })
    const asked = { question: 'Red?', options: ['yes', 'no'], electorate: ['jo', 'kim'] }
    const { proposal_id } = await board.call('propose', asked)
    await board.call('vote', { proposal_id, agent_id: 'jo', choice: 'yes' })
    await board.call('vote', { proposal_id, agent_id: 'kim', choice: 'no' })
    await person.asked(2)
    expect(fields(person.shown[1])).toMatchObject({
      decision: { enum: ['proceed', 'cancel', 'fail'] },
      result: { description: 'Proceed needs it' },
    })
  })
})

describe('a client that cannot ask', () => {
  it('finds the question in the list', async () => {
    const board = await startBoard({ escalate_below: {} })
    const task = await unsure(board)
    expect(await waiting(board)).toMatchObject([{ task_id: task, status: 'open' }])
    expect(board.faults).toEqual([])
  })
})
