import { type Life, type Mirror, type State, type Step, stateAt, stateOf } from './mirror.ts'

/** From which status of a task an event may come; undefined: it is the first. Rollback may come at any time. */
const taskFrom: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'task.created': [undefined],
  'task.revised': ['blocked', 'ready'],
  'task.unblocked': ['blocked'],
  'task.prerequisite_replaced': ['blocked', 'ready'],
  'task.unaddressed': ['blocked', 'ready', 'review'],
  'task.claimed': ['ready'],
  'task.progressed': ['claimed'],
  'task.lease_ended': ['claimed'],
  'task.released': ['claimed'],
  'task.attempt_failed': ['claimed'],
  'task.retry_due': ['ready'],
  'task.completed': ['claimed'],
  'task.submitted': ['claimed'],
  'task.verified': ['review'],
  'task.rejected': ['review'],
  'task.failed': ['ready'],
  'task.cancelled': ['blocked', 'ready', 'claimed', 'review'],
}

/** An event that only the holder of the live lease can bring about. */
const reports = new Set(['task.completed', 'task.submitted', 'task.attempt_failed'])
const ended = new Set(['done', 'failed', 'cancelled'])

/** What is wrong with one step, whatever command it came from. */
const brokenStep = (mirror: Mirror, { event, id, before, after }: Step): readonly string[] => {
  const { type, at, data } = event
  const found: string[] = []
  const expect = (holds: boolean, fault: string) => {
    if (!holds) found.push(`event ${event.seq}, ${type} of ${id}: ${fault}`)
  }
  if (type.endsWith('.restored')) return found
  expect(before?.status !== 'undone', 'happened to something that rollback has undone')
  const from = taskFrom[type]
  if (from) expect(from.includes(before?.status), `came in status ${before?.status}`)
  if (reports.has(type)) {
    expect(data.digest.startsWith(`${before?.token}.`), 'proves another lease than the live one')
    expect(at < before?.leaseEndsAt, 'came after the end of the lease')
  }
  if (type === 'task.progressed') expect(at < before?.leaseEndsAt, 'came after the end of the lease')
  if (type === 'task.claimed') {
    const run = stateAt(mirror.lives.get(event.run) as Life, event.seq) ?? {}
    const agent = mirror.byId.get(data.by)
    const agentThen = agent && stateAt(agent, event.seq)
    expect(before?.retryAt === null, 'did not wait for its retry')
    expect(run.status === 'open' && run.paused === false, 'in a run that is paused or has ended')
    expect(agentThen?.status === 'active', `by ${data.by}, who is ${agentThen?.status}`)
    expect(before?.except !== data.by, 'by the author of what it reviews')
    expect(
      before?.agent === null || before?.agent === data.by,
      `by ${data.by}, addressed to ${before?.agent}`,
    )
    expect(after.attempt <= after.maxAttempts, `for attempt ${after.attempt} of ${after.maxAttempts}`)
    const { max_wall_ms: wall } = run.settings
    expect(wall === null || at - run.startedAt < wall, 'after the time of the run was up')
  }
  return found
}

/** How many entities of a run were in one of these statuses at a position. */
const countAt = (mirror: Mirror, run: number, kind: string, seq: number, is: (state: State) => boolean) => {
  let count = 0
  for (const life of mirror.lives.values()) {
    if (life.run !== run || life.def.kind !== kind) continue
    const state = stateAt(life, seq)
    if (state && is(state)) count++
  }
  return count
}

/** Caps hold at every step that takes something of what they cap. What was spent is counted from the log. */
const brokenBudget = (mirror: Mirror, { event, kind, after }: Step): readonly string[] => {
  const { type, seq, run } = event
  const settings = () => stateAt(mirror.lives.get(run) as Life, seq)?.settings ?? {}
  const over = (what: string, used: number, cap: number | null) =>
    cap !== null && used > cap ? [`event ${seq}, ${type}: ${used} ${what} where ${cap} are allowed`] : []
  if (type === 'agent.spawned')
    return over(
      'agents',
      countAt(mirror, run, 'agent', seq, (s) => s.status === 'active'),
      settings().max_agents,
    )
  if (type === 'task.created' && after.reviews === null)
    return [
      ...over(
        'tasks',
        countAt(mirror, run, kind, seq, (s) => s.status !== 'undone'),
        settings().max_tasks,
      ),
      ...over('levels', after.depth, settings().max_depth),
    ]
  if (type !== 'task.claimed') return []
  const { max_tokens: cap } = settings()
  const spent = cap === null ? 0 : tokensSpent(mirror, run, seq)
  const holds = countAt(mirror, run, kind, seq, (s) => s.status === 'claimed' && s.by === after.by)
  const agent = mirror.byId.get(after.by)
  return [
    ...(cap !== null && spent >= cap
      ? [`event ${seq}: a claim when ${spent} of ${cap} tokens are spent`]
      : []),
    ...over('claims', holds, agent ? stateAt(agent, seq)?.maxConcurrent : null),
  ]
}

const tokensSpent = (mirror: Mirror, run: number, before: number): number => {
  const [row] = mirror.rows(
    "select sum(data ->> '$.metrics.tokens') as n from main.event where run = ? and seq < ? and type in ('task.completed', 'task.submitted')",
    run,
    before,
  )
  return row?.n ?? 0
}

/** What must hold of a task beside the tasks that it waits for. */
const brokenTask = (mirror: Mirror, run: State, id: string, state: State): readonly string[] => {
  const statuses = state.dependsOn.map((name: string) => {
    const life = mirror.byId.get(name)
    return life ? stateOf(life).status : 'missing'
  }) as string[]
  const proceeds = run.settings.on_failed_prerequisite === 'proceed'
  const found: string[] = []
  const wrong = (fault: string) =>
    found.push(`${id} is ${state.status}, but ${fault} (${statuses.join(', ')})`)
  if (
    ['blocked', 'ready'].includes(state.status) &&
    statuses.some((s) => s === 'cancelled' || s === 'undone')
  )
    wrong('what it waits for is gone')
  // Under another rule that held before, it may have gone on past one that failed.
  if (state.status === 'ready' && !statuses.every((s) => s === 'done' || s === 'failed'))
    wrong('not all that it waits for has ended')
  if (state.status === 'blocked' && statuses.every((s) => s === 'done' || (proceeds && s === 'failed')))
    wrong('nothing is left to wait for')
  if (state.status === 'claimed' && !(state.leaseEndsAt > state.claimedAt)) wrong('its lease ended at once')
  return found
}

/** Whatever commands led here: what must hold of everything that these steps have touched. */
export const brokenBy = (mirror: Mirror, steps: readonly Step[]): readonly string[] => {
  const found = steps.flatMap((step) => [...brokenStep(mirror, step), ...brokenBudget(mirror, step)])
  const runs = new Set(steps.map(({ event }) => event.run))
  for (const life of mirror.lives.values()) {
    if (!runs.has(life.run)) continue
    const run = mirror.lives.get(life.run)
    const runNow = run && stateOf(run)
    const state = stateOf(life)
    if (!runNow || state.status === 'undone') continue
    if (life.def.kind === 'task') found.push(...brokenTask(mirror, runNow, life.id, state))
    if (runNow.status === 'open') continue
    if (life.def.kind === 'task' && !ended.has(state.status))
      found.push(`${life.id} is open in a run that ended`)
    if (life.def.kind === 'agent' && state.status === 'active')
      found.push(`${life.id} lives in a run that ended`)
  }
  return found
}
