import type { Mode, QueryKind } from '../terms.ts'
import { statedSteps } from './stated-steps.ts'

/** A piece of a query: a step of a sequence, or a part beside others. */
export interface Piece {
  readonly name: string
  readonly instruction: string
  /** In words of whoever asked, not of a template. */
  readonly own?: true
  /** Who does it; absent: whose turn it is. */
  readonly agent?: string
}

/** A stated way to take a query apart. */
export interface Template {
  /** How it is meant to run. */
  readonly mode: Mode
  /** For `sequential`. */
  readonly steps: readonly Piece[]
  /** For `parallel`. */
  readonly parts: readonly Piece[]
}

export const templateNames = ['code', 'parts', 'research', 'problem', 'creative'] as const
export type TemplateName = (typeof templateNames)[number]

const piece = (name: string, instruction: string): Piece => ({ name, instruction })

const making = [
  piece('design', 'Design it: structure, interfaces, decisions with their reasons. Write no code yet.'),
  piece('implement', 'Implement the design, whole and runnable.'),
  piece('review', 'Review the work against the goal and the design: faults, gaps, and what must change.'),
]
const parts = [
  piece('code', 'Write the code for it.'),
  piece('docs', 'Write its documentation: what it does and how it is used.'),
  piece('tests', 'Write its tests: what must hold, and the edge cases.'),
]

/** All of them, by name. */
export const templates: Readonly<Record<TemplateName, Template>> = {
  code: { mode: 'sequential', steps: making, parts },
  parts: { mode: 'parallel', steps: parts, parts },
  research: {
    mode: 'sequential',
    steps: [
      piece('investigate', 'Investigate: gather the facts with their sources. Draw no conclusions yet.'),
      piece('analyse', 'Analyse what was gathered: what it means, how sure it is, what contradicts it.'),
      piece('recommend', 'Recommend what to do, with the reasons and the risks.'),
    ],
    parts: [
      piece('state', 'Look at how things stand: the facts and figures, with their sources.'),
      piece('actors', 'Look at who and what there is: actors, alternatives, how they differ.'),
      piece('outlook', 'Look at what may come: chances, risks, open questions.'),
    ],
  },
  problem: {
    mode: 'sequential',
    steps: [
      piece(
        'identify',
        'Identify the problem: what happens, where, and its most likely cause, with evidence.',
      ),
      piece('solve', 'Solve it: the change that removes the cause.'),
      piece('verify', 'Verify the solution: how it was checked, what it may break, what is left.'),
    ],
    parts: [
      piece('causes', 'Look for the causes, with evidence for each.'),
      piece('remedies', 'Look for remedies, with what each costs and risks.'),
      piece('checks', 'Find out how it can be reproduced, and how a remedy would be checked.'),
    ],
  },
  creative: {
    mode: 'collaborative',
    steps: [
      piece('outline', 'Outline it: the idea, the audience, the course.'),
      piece('draft', 'Write the whole draft along the outline.'),
      piece('polish', 'Polish the draft into the final text.'),
    ],
    parts: [
      piece('ideas', 'Collect ideas for it, and say which is the strongest.'),
      piece('wording', 'Write key passages for it.'),
      piece('audience', 'Say what its audience expects, and what would lose them.'),
    ],
  },
}

const byKind: Readonly<Record<QueryKind, TemplateName>> = {
  build: 'code',
  code: 'code',
  problem: 'problem',
  survey: 'research',
  research: 'research',
  analysis: 'research',
  creative: 'creative',
  other: 'problem',
}

/** How a query is taken apart. */
export interface Decomposed {
  readonly template: TemplateName | null
  readonly pieces: readonly Piece[]
}

/**
 * The pieces of a query in a mode: those that were given; else those of the template that was named; else what the query
 * itself enumerates (parallel, and of no known kind) or states in order (sequential); else those of the template for its
 * kind.
 */
export const decompose = (
  { query, mode, kind }: { readonly query: string; readonly mode: Mode; readonly kind: QueryKind },
  subtasks: readonly string[] | undefined,
  named: TemplateName | undefined,
): Decomposed => {
  if (subtasks) return { template: null, pieces: numbered(subtasks, mode) }
  const listed = named === undefined && kind === 'other' && mode === 'parallel' ? enumerated(query) : []
  if (named === undefined && mode === 'sequential') {
    const stated = statedSteps(query)
    if (stated.length > 1) return { template: null, pieces: numbered(stated, mode) }
  }
  if (listed.length > 1) return { template: null, pieces: numbered(listed, mode) }
  const template = named ?? byKind[kind]
  return { template, pieces: mode === 'parallel' ? templates[template].parts : templates[template].steps }
}

const numbered = (texts: readonly string[], mode: Mode): readonly Piece[] =>
  texts.map((text, i) => ({
    ...piece(`${mode === 'sequential' ? 'step' : 'part'}-${i + 1}`, text),
    own: true,
  }))

const most = 20

/** The things that a text lists: its items, else what commas, semicolons and "and" part, where each is some words. */
export const enumerated = (text: string): readonly string[] => {
  const items = [...text.matchAll(/^\s*(?:[-*•]|\d+[.)])\s+(.+)$/gm)].map(([, item = '']) => item.trim())
  if (items.length > 1) return items.slice(0, most)
  const cut = text
    .split(/[;,]|\b(?:and|plus|also)\b/i)
    .map((one) => one.trim().replace(/[.!?]$/, ''))
    .filter((one) => one !== '')
  return cut.length > 1 && cut.every((one) => one.split(/\s+/).length > 1) ? cut.slice(0, most) : []
}
