import { type Failure, invalid } from '../../errors.ts'

/** Bounds of a policy as it is written. The reader's time grows with the square of what is odd in a text. */
export const mostWritten = 32_000
const mostTokens = 20_000
const deepest = 64

/** What a YAML (or JSON) text holds. The reader is loaded with the first text. */
export const readWritten = async (text: string): Promise<{ readonly document: unknown } | Failure> => {
  if (text.length > mostWritten)
    return invalid('yaml', `has more than ${mostWritten} characters`, 'Leave out what is not needed.')
  const loaded: typeof import('yaml') & { readonly default?: typeof import('yaml') } = await import('yaml')
  const { Lexer, LineCounter, parse, YAMLParseError } = loaded.default ?? loaded
  const wild = wildness(new Lexer().lex(text))
  if (wild !== undefined) return invalid('yaml', wild, 'Write it plainly.')
  const lineCounter = new LineCounter()
  try {
    // Without aliases: a few lines of them can stand for gigabytes.
    const options = { logLevel: 'error', maxAliasCount: 0, prettyErrors: false, lineCounter } as const
    return { document: parse(text, options) }
  } catch (error) {
    const { line } = error instanceof YAMLParseError ? lineCounter.linePos(error.pos[0]) : { line: 0 }
    const why = (error as Error).message.slice(0, 200)
    return invalid('yaml', `is not YAML${line > 0 ? `, line ${line}` : ''}: ${why}`, 'Mend it there.')
  }
}

/**
 * Whether a text is nested or cut up so much that its parser, which calls itself, should not see it: 50,000 hyphens in
 * one line ended the whole process. `tokens` come one by one, so nothing of the text is nested here.
 */
const wildness = (tokens: Iterable<string>): string | undefined => {
  let count = 0
  let flow = 0
  let inLine = 0
  let startsLine = true
  for (const token of tokens) {
    if (++count > mostTokens) return `has more than ${mostTokens} signs and words`
    if (token === '[' || token === '{') flow += 1
    if (token === ']' || token === '}') flow -= 1
    const indented = startsLine && flow === 0 && /^ +$/.test(token) ? token.length : 0
    startsLine = token === '\n' || token === '\r\n'
    if (startsLine) inLine = 0
    if (flow === 0 && (token === '-' || token === '?' || token === ':')) inLine += 1
    if (Math.max(flow, inLine, indented) > deepest) return `is nested deeper than ${deepest}`
  }
  return undefined
}
