/** Kinds of text that are held against a threshold of their own. */
export const qualityKinds = ['code', 'docs', 'review', 'architecture', 'general'] as const
export type QualityKind = (typeof qualityKinds)[number]

/** Below these a result is not good enough to go on with. 0–1. */
export const thresholds: Readonly<Record<QualityKind, number>> = {
  code: 0.8,
  docs: 0.75,
  review: 0.7,
  architecture: 0.9,
  general: 0.7,
}

export interface Quality {
  /** 0–1. */
  readonly score: number
  /** `heuristic`: a guess from the outside of a text, that knows nothing of whether it is right. */
  readonly source: 'given' | 'judge' | 'check' | 'reported' | 'heuristic'
  readonly threshold: number
  /** Whether another agent, or a person, should do or judge it again. */
  readonly needs_fallback: boolean
  readonly components?: Readonly<Record<string, number>>
  readonly issues: readonly string[]
}

const weights = { length: 0.3, relevance: 0.4, structure: 0.2, ending: 0.1 } as const

/** The quality that somebody else found. */
export const qualityFrom = (score: number, source: Quality['source'], kind: QualityKind): Quality => {
  const threshold = thresholds[kind]
  const needs_fallback = score < threshold
  const issues = needs_fallback ? [`${score} is below ${threshold}`] : []
  return { score, source, threshold, needs_fallback, issues }
}

/**
 * A guess at quality from the outside of a text: length .3, words of the task that it takes up .4, structure .2, a clean
 * ending .1. Brackets that do not match make code worth half. For a first sieve, never for a verdict.
 *
 * @param asked what the text answers
 */
export const heuristicQuality = (text: string, asked: string, kind: QualityKind): Quality => {
  const threshold = thresholds[kind]
  const words = wordsOf(text)
  if (words.length === 0)
    return { score: 0, source: 'heuristic', threshold, needs_fallback: true, issues: ['it is empty'] }
  const components = {
    length: lengthOf(words),
    relevance: relevanceOf(words, wordsOf(asked)),
    structure: structureOf(text, kind),
    ending: endsCleanly(text, kind) ? 1 : 0,
  }
  const broken = kind === 'code' ? imbalance(text) : undefined
  const sum = Object.entries(weights).reduce(
    (all, [name, weight]) => all + weight * components[name as keyof typeof weights],
    0,
  )
  const score = Number((broken === undefined ? sum : sum / 2).toFixed(4))
  const issues = [
    ...(components.length < 0.5 ? ['it is short, or repeats itself'] : []),
    ...(components.relevance < 0.5 ? ['it takes up few words of the task'] : []),
    ...(components.structure < 0.5 ? ['it has little structure'] : []),
    ...(components.ending === 0 ? ['it ends in the middle'] : []),
    ...(broken === undefined ? [] : [broken]),
  ]
  return { score, source: 'heuristic', threshold, needs_fallback: score < threshold, components, issues }
}

const empty = new Set(
  'the and for that this with from are was were has have had not but you your its all any can will into about them they then than what which when how why who where there here each some out our one let'.split(
    ' ',
  ),
)

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2 && !empty.has(word))

/** Full at 40 words, of which half are different ones. */
const lengthOf = (words: readonly string[]): number => {
  const variety = Math.min(1, (2 * new Set(words).size) / words.length)
  return Math.min(1, words.length / 40) * variety
}

/** The share of the task's words that come up, by their first six letters; half of them is all that is expected. */
const relevanceOf = (words: readonly string[], asked: readonly string[]): number => {
  const stem = (word: string) => word.slice(0, 6)
  const wanted = new Set(asked.map(stem))
  if (wanted.size === 0) return 0
  const said = new Set(words.map(stem))
  const share = [...wanted].filter((word) => said.has(word)).length / wanted.size
  return Math.min(1, 2 * share)
}

const structureOf = (text: string, kind: QualityKind): number => {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const signs =
    kind === 'code'
      ? [
          /[{}();=:]/.test(text),
          /^[ \t]+\S/m.test(text),
          /\b(function|const|let|def|class|return|import|fn|func|public|if|for)\b/.test(text),
        ]
      : [lines.length > 1, /^[ \t]*([-*•]|\d{1,4}[.)]|#{1,6})\s/m.test(text), /[.!?:]\s+\p{Lu}/u.test(text)]
  return signs.filter(Boolean).length / signs.length
}

const endsCleanly = (text: string, kind: QualityKind): boolean =>
  (kind === 'code' ? /[\])};`"'\w]$/ : /[.!?)\]"'`|}]$/).test(text.trimEnd())

const closes: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** The first bracket that does not match, outside of strings and comments, in words; undefined when all do. One pass. */
const imbalance = (text: string): string | undefined => {
  const open: string[] = []
  for (let at = 0; at < text.length; at++) {
    const passed = stepOver(text, at)
    if (passed > at) {
      at = passed - 1
      continue
    }
    const sign = text[at] as string
    if ('([{'.includes(sign)) open.push(sign)
    const pair = closes[sign]
    if (pair !== undefined && open.pop() !== pair) return `"${sign}" closes what was not opened`
  }
  return open.length > 0 ? `"${open.at(-1)}" is never closed` : undefined
}

/** Where a string or comment that begins here ends; `at` itself when none does. */
const stepOver = (text: string, at: number): number => {
  const end = (mark: string, from: number) => {
    const found = text.indexOf(mark, from)
    return found < 0 ? text.length : found + mark.length
  }
  if (text.startsWith('//', at) || text.startsWith('# ', at)) return end('\n', at)
  if (text.startsWith('/*', at)) return end('*/', at + 2)
  for (const triple of ['"""', "'''"]) if (text.startsWith(triple, at)) return end(triple, at + 3)
  const quote = text[at]
  if (quote !== '"' && quote !== "'" && quote !== '`') return at
  for (let to = at + 1; to < text.length; to++) {
    if (text[to] === '\\') to++
    else if (text[to] === quote) return to + 1
    // A lone apostrophe is no string.
    else if (text[to] === '\n' && quote !== '`') return at + 1
  }
  return quote === '`' ? text.length : at + 1
}
