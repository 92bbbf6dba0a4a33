import { Failure } from '../../errors.ts'
import type { Query } from '../../kernel/ports.ts'
import { checkAgainst } from '../../schemas/check.ts'
import { type Evidence, findingsOf, type RunMetrics } from '../gate/decide.ts'
import type { Gate } from '../gate/terms.ts'
import { type Metrics, measure, metricNames } from '../metric/metrics.ts'
import { type ConditionEngine, loadConditions } from '../policy/ready.ts'
import type { JudgedResult, ResultCheck } from './commands/complete.ts'

/** What a condition on a result may name. What is missing in it is no value, so that nothing holds by accident. */
const resultNames = {
  result: 'dyn',
  evidence: 'dyn',
  confidence: 'dyn',
  score: 'dyn',
  metrics: 'dyn',
  run: { fields: Object.fromEntries(metricNames.map((name) => [name, 'dyn' as const])) },
} as const

/** A result with what its author says for it. */
interface Said extends Evidence {
  readonly result: unknown
}

type Read = <I, O>(query: Query<I, O>, input: I) => Promise<O>

const mostText = 1_000

/** Why a text cannot be used as a condition on results, or undefined when it can. Outside transactions. */
export const conditionProblem = async (text: string): Promise<string | undefined> => {
  const { compile, isProblem } = await loadConditions()
  const condition = compile(text, resultNames)
  if (isProblem(condition)) {
    const { message, at, closest } = condition
    const near = closest === undefined ? '' : `; did you mean ${closest}?`
    return `${message}${at ? `, at character ${at.start + 1}` : ''}${near}`
  }
  return condition.type === 'bool' || condition.type === 'dyn'
    ? undefined
    : `comes to ${condition.type}, not to true or false`
}

/** What is wrong with a result by a condition; null when it holds. Bounded: in a box where it iterates. */
const against = async (
  text: string,
  engine: ConditionEngine,
  said: Said,
  run: RunMetrics,
): Promise<string | null> => {
  const condition = engine.compile(text, resultNames)
  if (engine.isProblem(condition)) return `the condition cannot be used: ${condition.message}`
  const { result, evidence = null, confidence = null, score = null, metrics = {} } = said
  const values = { result: result ?? null, evidence, confidence, score, metrics, run }
  const here = condition.kind === 'boxed' ? undefined : engine.evaluate(condition, values)
  // What costs too much beside other calls may come to an end in a box.
  const costly = here && 'problem' in here && here.problem.kind === 'too_costly'
  const came = !here || costly ? await engine.evaluateBoxed(condition, values) : here
  const short = text.slice(0, 200)
  if ('problem' in came) {
    if (came.problem.kind === 'busy') throw new Failure('busy', `${came.problem.message}.`, 'Call again.')
    return `cannot tell whether ${short}: ${came.problem.message}`
  }
  if (came.value === true) return null
  return came.value === false
    ? `does not hold: ${short}`
    : `comes to ${JSON.stringify(came.value)?.slice(0, 100)}, not to true or false: ${short}`
}

const asksForRun = ({ conditions, gates }: ResultCheck): boolean =>
  [...conditions, ...gates.flatMap(({ condition }) => condition ?? [])].some((text) =>
    /\brun\b/.test(text),
  ) || gates.some(({ metric }) => metric?.startsWith('run.') ?? false)

const unmeasured: RunMetrics = Object.fromEntries(metricNames.map((name) => [name, null]))

const measured = async (read: Read, run_id: string): Promise<RunMetrics> => {
  const { metrics }: Metrics = await read(measure, { run_id, speaker: { run: undefined, joined: [] } })
  return Object.fromEntries(metricNames.map((name) => [name, metrics[name]?.value ?? null]))
}

const ofGate = async (gate: Gate, said: Said, run: RunMetrics): Promise<string | null> => {
  const findings = [
    findingsOf(gate, said, run),
    gate.condition === null ? null : await against(gate.condition, await loadConditions(), said, run),
  ].filter((one) => one !== null)
  return findings.length === 0 ? null : findings.join('; ')
}

/**
 * Holds a result against all that needs no other agent: schemas, then conditions, then gates; the first kind that finds
 * something sends it back. Outside transactions, between two of which this is made.
 */
export const checkResult = async (wanted: ResultCheck, said: Said, read: Read): Promise<JudgedResult> => {
  const { definitionSeq, gatesSeq, schemas, conditions, gates, missingGates } = wanted
  const judged = (by: string, findings: string | null): JudgedResult => ({
    definitionSeq,
    gatesSeq,
    by,
    findings: findings === null ? null : findings.slice(0, mostText),
    gates: findings === null ? gates.map(({ name }) => name) : [],
  })
  if (schemas.length > 0) {
    const findings = await checkAgainst(schemas, said.result)
    if (findings !== null) return judged('schema', findings)
  }
  const [missing] = missingGates
  if (missing !== undefined)
    return judged(`gate:${missing}`, `the gate "${missing}" is not set: set_quality_gate sets it`)
  const run = asksForRun(wanted) ? await measured(read, wanted.run_id) : unmeasured
  const failed: string[] = []
  for (const text of conditions) {
    const finding = await against(text, await loadConditions(), said, run)
    if (finding !== null) failed.push(finding)
  }
  if (failed.length > 0) return judged('condition', failed.join('; '))
  for (const gate of gates) {
    const finding = await ofGate(gate, said, run)
    if (finding !== null) return judged(`gate:${gate.name}`, `gate ${gate.name}: ${finding}`)
  }
  const kinds = [
    schemas.length > 0 ? 'schema' : '',
    conditions.length > 0 ? 'condition' : '',
    ...gates.map(({ name }) => `gate:${name}`),
  ]
  return judged(kinds.filter(Boolean).join(', '), null)
}
