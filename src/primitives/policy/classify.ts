import { type Priority, priorities } from '../task/priority.ts'
import { type Complexity, complexityOf } from './complexity.ts'
import { WordList, wordsOf } from './words.ts'

export const lengths = ['short', 'medium', 'long'] as const
export type Length = (typeof lengths)[number]

/** Estimated tokens up to which a request is short, and medium. */
export const lengthBounds = { short: 125, medium: 1_000 } as const

/** The types that are guessed; a client may give any other. */
export const guessedTypes = ['code', 'analysis', 'research', 'creative', 'question', 'other'] as const

/** What is known of a request. */
export interface Request {
  readonly text: string
  readonly priority: Priority
  /** What kind of work it is, where its author said so. */
  readonly type?: string | undefined
  /** Characters of the data that go with it. */
  readonly contextCharacters?: number
}

/** The class of a request. Scores and confidences are 0–1. */
export interface Classification {
  readonly length: Length
  /** Of text and context. */
  readonly characters: number
  /** Estimated: a quarter of the ASCII characters, and each other one. */
  readonly tokens: number
  /** On the scale of priorities. */
  readonly urgency: Priority
  readonly urgency_reasons: readonly string[]
  readonly type: string
  /** 1 when it was given, 0 for `other`. */
  readonly type_confidence: number
  readonly complexity: Complexity
  readonly complexity_score: number
  readonly complexity_reasons: readonly string[]
}

/** What kind of request it is. Reads nothing but the request: the same one gets the same class. */
export const classify = (request: Request): Classification => {
  const { text, priority, contextCharacters = 0 } = request
  const words = wordsOf(text)
  const tokens = tokensOf(text) + Math.ceil(contextCharacters / charactersAToken)
  const complexity = complexityOf(words)
  const urgency = urgencyOf(text, words, priority)
  const { type, confidence } = typeOf(request, words)
  return {
    length: tokens <= lengthBounds.short ? 'short' : tokens <= lengthBounds.medium ? 'medium' : 'long',
    characters: text.length + contextCharacters,
    tokens,
    urgency: urgency.level,
    urgency_reasons: urgency.reasons,
    type,
    type_confidence: confidence,
    complexity: complexity.level,
    complexity_score: complexity.score,
    complexity_reasons: complexity.reasons,
  }
}

/** English text has about four characters a token; scripts beyond ASCII come nearer to one. */
const charactersAToken = 4
const tokensOf = (text: string): number => {
  let others = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) others++
  return Math.ceil((text.length - others) / charactersAToken + others)
}

const calm =
  /\b(?:not|isn['’]t) (?:\w+ )?urgent\b|\bno (?:rush|hurry)\b|\bwhenever you (?:can|like|have time)\b/i
const pressing = /\bas soon as possible\b|\bright (?:now|away)\b|\bdrop everything\b/i
const urgentWords = new WordList({ 1: 'urgent urgently asap immediately emergency outage sev1' })
const soonWords = new WordList({ 1: 'today tonight quickly soon deadline hurry' })

/** The priority, raised or lowered by what the text says. */
const urgencyOf = (
  text: string,
  words: readonly string[],
  priority: Priority,
): { readonly level: Priority; readonly reasons: readonly string[] } => {
  const given = `priority ${priority}`
  const said = calm.exec(text)?.[0]
  if (said !== undefined) return { level: least(priority, 'low'), reasons: [given, `"${said}"`] }
  const urgent = pressing.exec(text)?.[0] ?? urgentWords.found(words)[0]?.word
  if (urgent !== undefined) return { level: 'urgent', reasons: [given, `"${urgent}"`] }
  const soon = soonWords.found(words)[0]?.word
  if (soon !== undefined) return { level: most(priority, 'high'), reasons: [given, `"${soon}"`] }
  return { level: priority, reasons: [given] }
}

const rank = (priority: Priority): number => priorities.indexOf(priority)
const least = (a: Priority, b: Priority): Priority => (rank(a) <= rank(b) ? a : b)
const most = (a: Priority, b: Priority): Priority => (rank(a) >= rank(b) ? a : b)

const typeWords = {
  code: new WordList({
    1: 'code codes coding implement* refactor* function* bug bugs debug* compile* unit-test* typescript javascript python rust java sql api regex script scripts class method methods library repository commit',
  }),
  analysis: new WordList({
    1: 'analys* analyz* evaluat* assess* compare* comparison* measure* statistic* correlat* breakdown trend trends metrics audit*',
  }),
  research: new WordList({
    1: 'research* investigat* find sources source literature survey surveys papers paper cite citation* references state-of-the-art',
  }),
  creative: new WordList({
    1: 'story stories poem poems novel slogan* brainstorm* imagine creative* essay lyrics headline* tagline* fiction draft',
  }),
  question: new WordList({ 1: 'what why how when where who which does explain' }),
} as const

const looksLikeCode = /```|\w\(\)|=>|\w\.(?:ts|js|py|rs|go|java|c|cpp|sql|sh)\b/
const asks = /\?\s*$/

/**
 * The given type, else the one with the most words in the text: `hits / (all hits + 1)` is the confidence, so that one
 * word alone is half a guess. Signs that are no words (code in it, a question mark at its end) count twice.
 */
const typeOf = (
  { text, type }: Request,
  words: readonly string[],
): { readonly type: string; readonly confidence: number } => {
  if (type !== undefined) return { type, confidence: 1 }
  const votes = Object.entries(typeWords).map(([name, list]) => {
    const sign = (name === 'code' && looksLikeCode.test(text)) || (name === 'question' && asks.test(text))
    return { type: name, hits: list.found(words).length + (sign ? 2 : 0) }
  })
  const all = votes.reduce((sum, { hits }) => sum + hits, 0)
  // The first of equals: in the order above, the more special one.
  const best = votes.reduce((a, b) => (b.hits > a.hits ? b : a))
  if (best.hits === 0) return { type: 'other', confidence: 0 }
  return { type: best.type, confidence: Math.round((100 * best.hits) / (all + 1)) / 100 }
}
