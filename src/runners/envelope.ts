import { mostMeasured } from '../primitives/task/metrics.ts'
import { resultOf, withinDepth } from './model/answer.ts'
import { type Evidence, type Metrics, measured, type OwnReport } from './port.ts'

/** What an agent handed in, taken out of its envelope; or what is wrong with that, and how to mend it. */
export type Enveloped =
  | { readonly ok: true; readonly result: unknown; readonly own: OwnReport }
  | { readonly ok: false; readonly error: string }

type Fields = Readonly<Record<string, unknown>>

const keys = ['result', 'score', 'confidence', 'metrics', 'evidence'] as const
const form =
  '{"result": …, "score": 0 to 1, "confidence": 0 to 1, "metrics": {"name": number}, "evidence": {"name": …}}'
const sums = ['tokens', 'input_tokens', 'output_tokens', 'cost_usd'] as const

/** Longest name of a metric, characters: as `complete_task` takes them. */
const longestName = 100

class Wrong extends Error {}

/**
 * Takes an answer out of its envelope: the one JSON object of a turn whose answer has the form `report`. A text may hold
 * that object in one fenced block. Strict: what is not understood is refused, with the field and the fix.
 */
export const envelopeIn = (said: unknown): Enveloped => {
  try {
    const given = opened(said)
    const own: OwnReport = {
      ...share(given, 'score'),
      ...share(given, 'confidence'),
      ...metricsIn(given),
      ...evidenceIn(given),
    }
    return { ok: true, result: given.result, own }
  } catch (wrong) {
    if (wrong instanceof Wrong) return { ok: false, error: wrong.message }
    throw wrong
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const opened = (said: unknown): Fields => {
  const value = typeof said === 'string' ? valueIn(said) : said
  if (!isFields(value)) throw new Wrong(`the answer is not one JSON object; answer with ${form}`)
  if (!withinDepth(value)) throw new Wrong('the answer is nested too deep; 100 levels are taken')
  const stranger = Object.keys(value).find((key) => !(keys as readonly string[]).includes(key))
  if (stranger !== undefined)
    throw new Wrong(
      `${quoted(stranger)} is not known in the answer; its keys are ${keys.join(', ')}: put anything else into result`,
    )
  if (!Object.hasOwn(value, 'result'))
    throw new Wrong('result is missing; give what the task asks for, or null if there is nothing to say')
  return value
}

/** A fence stands at the start of a line, where no JSON text can hold one: its line breaks are written \n. */
const fence = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n```[ \t]*$/gim

const valueIn = (text: string): unknown => {
  const whole = resultOf(text)
  if (isFields(whole)) return whole
  const [only, ...others] = [...text.matchAll(fence)]
  return only?.[1] !== undefined && others.length === 0 ? resultOf(only[1]) : undefined
}

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}

/** JSON has no infinite numbers, but 1e999 reads as one. */
const told = (value: unknown): string => (typeof value === 'number' ? String(value) : quoted(value))

const share = <K extends 'score' | 'confidence'>(given: Fields, key: K): { readonly [P in K]?: number } => {
  if (!Object.hasOwn(given, key)) return {}
  const value = given[key]
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw new Wrong(`${key}: ${told(value)} is not a number from 0 to 1; give one, or leave it out`)
  return { [key]: value } as { readonly [P in K]?: number }
}

const metricsIn = (given: Fields): Pick<OwnReport, 'metrics'> => {
  if (!Object.hasOwn(given, 'metrics')) return {}
  const { metrics } = given
  if (!isFields(metrics))
    throw new Wrong(
      `metrics: ${told(metrics)} is not an object of names and numbers; give one, or leave it out`,
    )
  for (const [name, value] of Object.entries(metrics)) {
    const field = `metrics.${name.slice(0, longestName)}`
    if (name.length > longestName) throw new Wrong(`${field}…: a name has up to ${longestName} characters`)
    if (typeof value !== 'number' || !(Math.abs(value) <= mostMeasured))
      throw new Wrong(
        `${field}: ${told(value)} is not a number up to ${mostMeasured}; give one, or leave it out`,
      )
    if (value < 0 && (sums as readonly string[]).includes(name))
      throw new Wrong(`${field}: ${value} is negative; give what was used, or leave it out`)
  }
  return { metrics: metrics as Readonly<Record<string, number>> }
}

const evidenceIn = (given: Fields): Pick<OwnReport, 'evidence'> => {
  if (!Object.hasOwn(given, 'evidence')) return {}
  const { evidence } = given
  if (!isFields(evidence))
    throw new Wrong(
      `evidence: ${told(evidence)} is not an object; give one such as {"tests": true}, or leave it out`,
    )
  return { evidence }
}

/** What an agent says that its turn used: the only source of it where the runner cannot count. */
export const usedBy = ({ metrics = {} }: OwnReport): Omit<Metrics, 'duration_ms'> =>
  Object.fromEntries(sums.flatMap((name) => (Object.hasOwn(metrics, name) ? [[name, metrics[name]]] : [])))

/**
 * What an agent said beside what its runner measured, as one report. The names of what runners measure are theirs,
 * measured this time or not: an agent's word under one is left out, and `left_out` tells which.
 */
export const reportedBeside = (
  own: OwnReport,
  runner: { readonly evidence: Evidence; readonly metrics: Readonly<Record<string, number>> },
): { readonly evidence: Fields; readonly metrics: Readonly<Record<string, number>> } => {
  const { evidence = {}, metrics = {} } = own
  const isTaken = (name: string) => (measured as readonly string[]).includes(name)
  const isSpend = (name: string) => name === 'duration_ms' || (sums as readonly string[]).includes(name)
  const left_out = [
    ...Object.keys(evidence).filter(isTaken),
    ...Object.keys(metrics)
      .filter((name) => isSpend(name) && metrics[name] !== runner.metrics[name])
      .map((name) => `metrics.${name}`),
  ]
  return {
    evidence: {
      ...Object.fromEntries(Object.entries(evidence).filter(([name]) => !isTaken(name))),
      ...runner.evidence,
      ...(left_out.length > 0 && { left_out }),
    },
    metrics: {
      ...Object.fromEntries(Object.entries(metrics).filter(([name]) => !isSpend(name))),
      ...runner.metrics,
    },
  }
}
