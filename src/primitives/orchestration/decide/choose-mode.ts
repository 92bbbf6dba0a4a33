import { classify } from '../../policy/classify.ts'
import { WordList, wordsOf } from '../../policy/words.ts'
import type { Mode, QueryKind } from '../terms.ts'
import { statedOrder } from './stated-order.ts'

/** The mode that rules choose for a query. Confidence 0–1: of the rule, set and not learned. */
export interface Chosen {
  readonly mode: Mode
  readonly kind: QueryKind
  readonly confidence: number
  readonly reason: string
  /** The query itself says so: nothing that was learned of its kind speaks against that. */
  readonly stated?: true
}

const making = new WordList({ 1: 'create build develop implement* make set-up setup port migrate rewrite' })
const systems = new WordList({
  1: 'api apis app apps application applications service services system systems platform website site scraper crawler server backend frontend microservice* cli tool library package module pipeline bot plugin extension dashboard product',
})
const troubles = new WordList({
  1: 'debug* fix* bug bugs troubleshoot* diagnos* repair* crash* broken issue issues outage incident regression* bottleneck* leak leaks failing fails failure*',
})
const breadth = new WordList({
  1: 'trend trends landscape market markets competitor* competition survey* compare* comparison* alternatives options vendors versus vs',
})
const pieces = new WordList({
  1: 'function functions script scripts class classes method methods snippet regex query algorithm code coding program',
})
const writing = new WordList({
  1: 'write compose draft story stories poem poems blog essay article slogan* tagline* headline* lyrics novel name brainstorm* creative* logo speech pitch',
})
const studying = new WordList({ 1: 'research* investigat* find explore study review* literature sources' })
const analysing = new WordList({ 1: 'analys* analyz* evaluat* assess* audit* examine* explain* inspect*' })
const stages = new WordList({
  1: 'design* implement* review* step steps workflow stages stage then finally afterwards',
})
const stakes = new WordList({ 1: 'complex critical important best optimal' })
const several = new WordList({ 1: 'and plus also multiple bulk each every several' })

/** What kind of query this is: by its words, the special before the general. */
export const kindOf = (query: string): QueryKind => {
  const words = wordsOf(query)
  const has = (list: WordList) => list.found(words).length > 0
  if (has(making) && has(systems)) return 'build'
  if (has(troubles)) return 'problem'
  if (has(breadth)) return 'survey'
  if (has(pieces) || (has(making) && isCode(query))) return has(analysing) ? 'analysis' : 'code'
  if (has(writing) && !isCode(query)) return 'creative'
  if (has(analysing)) return 'analysis'
  if (has(studying)) return 'research'
  const { type } = classify({ text: query, priority: 'normal' })
  return type === 'code' || type === 'creative' || type === 'analysis' || type === 'research' ? type : 'other'
}

const isCode = (query: string): boolean => classify({ text: query, priority: 'normal' }).type === 'code'

const byKind: Readonly<Record<Exclude<QueryKind, 'other'>, Omit<Chosen, 'kind'>>> = {
  build: { mode: 'sequential', confidence: 0.8, reason: 'a whole system is built in stages' },
  problem: { mode: 'sequential', confidence: 0.8, reason: 'a problem is found before it is solved' },
  survey: { mode: 'parallel', confidence: 0.7, reason: 'its aspects can be looked at side by side' },
  code: { mode: 'collaborative', confidence: 0.7, reason: 'code: quality matters, so solutions compete' },
  creative: {
    mode: 'collaborative',
    confidence: 0.8,
    reason: 'creative work: quality matters, so drafts compete',
  },
  analysis: { mode: 'sequential', confidence: 0.7, reason: 'analysis goes step by step' },
  research: { mode: 'sequential', confidence: 0.7, reason: 'research goes step by step' },
}

/**
 * Chooses a mode by rules: subtasks that were given say most (steps in order, else pieces), then an order that the query states,
 * the kind of query, and single words (stages → sequential, stakes → collaborative, several things → parallel), else parallel.
 */
export const chooseMode = (query: string, subtasks: readonly string[] = []): Chosen => {
  const kind = kindOf(query)
  if (subtasks.length > 1)
    return inOrder(subtasks)
      ? { mode: 'sequential', kind, confidence: 0.8, reason: 'the subtasks read as steps in order' }
      : { mode: 'parallel', kind, confidence: 0.8, reason: 'the subtasks stand side by side' }
  const order = statedOrder(query)
  if (order) return { mode: 'sequential', kind, confidence: 0.9, reason: order, stated: true }
  const words = wordsOf(query)
  const [first, second] = stages.found(words)
  if (first && second)
    return {
      mode: 'sequential',
      kind,
      confidence: 0.7,
      reason: `"${first.word}" and "${second.word}" name stages`,
    }
  if (kind !== 'other') return { kind, ...byKind[kind] }
  const told = (list: WordList, mode: Mode, what: string): Chosen | undefined => {
    const [hit] = list.found(words)
    return hit && { mode, kind, confidence: 0.5, reason: `"${hit.word}" speaks of ${what}` }
  }
  return (
    told(stages, 'sequential', 'stages') ??
    told(stakes, 'collaborative', 'stakes: solutions compete') ??
    told(several, 'parallel', 'several things') ?? {
      mode: 'parallel',
      kind,
      confidence: 0.3,
      reason: 'nothing in it speaks of an order or a contest',
    }
  )
}

/** The stages of making something, in order: subtasks that begin with rising ones are steps. */
const stageWords = [
  new WordList({
    1: 'plan* design* investigat* identify gather collect outline research* understand define',
  }),
  new WordList({ 1: 'implement* build write develop analys* analyz* solve draft create code' }),
  new WordList({
    1: 'add test* review* verify check recommend* polish deploy document* validate release report',
  }),
]
const linked = new WordList({ 1: 'then next finally afterwards first second third step' })

const inOrder = (subtasks: readonly string[]): boolean => {
  const firsts = subtasks.map((text) => wordsOf(text).slice(0, 2))
  if (firsts.slice(1).some((words) => linked.found(words).length > 0)) return true
  const ranks = firsts.map(([first]) =>
    stageWords.findIndex((list) => list.found(first ? [first] : []).length > 0),
  )
  return (
    ranks.every((rank, i) => rank >= 0 && (i === 0 || rank >= (ranks[i - 1] as number))) &&
    (ranks.at(-1) as number) > (ranks[0] as number)
  )
}
