import type { Coordination, Mode } from '../terms.ts'
import type { Piece } from './templates.ts'

/** A task to be made. Its name is its key, which is free in the run. */
export interface PlannedStep {
  readonly name: string
  readonly phase: number
  readonly part: 'work' | 'lead'
  readonly title: string
  readonly task: string
  /** Who does it, or null: any that fits. */
  readonly agent: string | null
  /** Names of steps. */
  readonly after: readonly string[]
  /** Of `after`, so many must be done once all have ended; null: each one, by the run's rule. */
  readonly needs: number | null
  readonly inputs: 'nothing' | 'handoff'
  /** The result must fit this JSON schema. */
  readonly schema: Readonly<Record<string, unknown>> | null
  /** Whoever does it is asked for a score of the own result; how, the prompt says that fits the worker. */
  readonly scored: boolean
  /** The lead must approve it before it is done: an agent, or null for any but its author. */
  readonly reviewer: { readonly agent: string | null } | null
}

export interface Layout {
  readonly query: string
  readonly mode: Mode
  readonly coordination: Coordination
  /** Where everybody does the whole: what it consists of, if that is stated. */
  readonly pieces: readonly Piece[]
  /** Who works, in turn; null: nobody in particular. Never empty. */
  readonly workers: readonly (string | null)[]
  /** Who leads a hierarchical team; null: nobody in particular. */
  readonly lead: string | null
  readonly quorum: number | null
  /** Ends each name, so that the run has no task of that key yet. */
  readonly suffix: string
}

/** The tasks of a mode under a coordination. Pure: the same layout gives the same steps. */
export const layOut = (layout: Layout): readonly PlannedStep[] => {
  const { mode, coordination } = layout
  if (mode === 'sequential') return sequence(layout)
  const first = mode === 'parallel' ? parts(layout) : candidates(layout)
  if (coordination === 'independent') return first
  return coordination === 'synchronized'
    ? [...first, ...first.map((step, i) => secondPhase(step, i, first, layout))]
    : [...first, leadOver(first, layout)]
}

const nobody = {
  after: [],
  needs: null,
  inputs: 'nothing',
  schema: null,
  scored: false,
  reviewer: null,
} as const

/** A title for lists: the name, and what it is about in short. */
const titled = (name: string, about: string): string => {
  const line = about.trim().split('\n', 1)[0] ?? ''
  const short = line.length <= 80 ? line : `${line.slice(0, 79)}…`
  return `${name}: ${short.replace(/\p{Cc}+/gu, ' ')}`
}

const workerOf = ({ workers }: Layout, { agent }: Piece, i: number): string | null =>
  agent ?? workers[i % workers.length] ?? null

const parts = (layout: Layout): readonly PlannedStep[] =>
  layout.pieces.map((piece, i) => {
    const name = `${piece.name}${layout.suffix}`
    return {
      ...nobody,
      name,
      phase: 1,
      part: 'work',
      title: titled(name, aboutOf(piece, layout)),
      task: `${piece.instruction}\n\nThis is part ${i + 1} of ${layout.pieces.length} (${name}); others do the rest. The goal of all:\n${layout.query}`,
      agent: workerOf(layout, piece, i),
    }
  })

/** What tells a piece from others: its own words, or, where those are a template's, the query. */
const aboutOf = ({ instruction, own }: Piece, { query }: Layout): string => (own ? instruction : query)

const candidates = (layout: Layout): readonly PlannedStep[] =>
  layout.workers.map((agent, i) => ({
    ...nobody,
    name: `candidate-${i + 1}${layout.suffix}`,
    phase: 1,
    part: 'work',
    title: titled(`candidate-${i + 1}${layout.suffix}`, layout.query),
    task: `${layout.query}\n\n${course(layout.pieces)}Do the whole of it yourself: others do so too, and the best result is chosen.`,
    agent,
    scored: true,
  }))

const course = (pieces: readonly Piece[]): string =>
  pieces.length === 0
    ? ''
    : `${pieces.map(({ name, instruction }) => `- ${name}: ${instruction}`).join('\n')}\n\n`

const sequence = (layout: Layout): readonly PlannedStep[] => {
  const { pieces, query, coordination, lead, suffix } = layout
  return pieces.map((piece, i) => {
    const before = pieces[i - 1]
    const name = `${piece.name}${suffix}`
    const handed = before && coordination !== 'independent'
    return {
      ...nobody,
      name,
      phase: i + 1,
      part: 'work',
      title: titled(name, aboutOf(piece, layout)),
      task: [
        piece.instruction,
        `This is step ${i + 1} of ${pieces.length} (${name}). The goal of all:\n${query}`,
        handed ? 'Go on from what the earlier steps hand over below.' : undefined,
      ]
        .filter((line) => line !== undefined)
        .join('\n\n'),
      agent: workerOf(layout, piece, i),
      after: before ? [`${before.name}${suffix}`] : [],
      inputs: coordination === 'independent' ? 'nothing' : 'handoff',
      reviewer: coordination === 'hierarchical' ? { agent: lead } : null,
    }
  })
}

/** Behind the barrier: everybody goes on with the results of all. */
const secondPhase = (
  step: PlannedStep,
  i: number,
  first: readonly PlannedStep[],
  layout: Layout,
): PlannedStep => {
  const base = layout.suffix === '' ? step.name : step.name.slice(0, -layout.suffix.length)
  const name = `${base}-2${layout.suffix}`
  const piece = layout.pieces[i]
  return {
    ...step,
    name,
    phase: 2,
    title: titled(name, piece ? aboutOf(piece, layout) : layout.query),
    task:
      layout.mode === 'parallel'
        ? `Finish the part "${step.name}" in the light of what all parts have come to below: mend what does not fit together. The part was:\n${piece?.instruction}\n\nThe goal of all:\n${layout.query}`
        : `${layout.query}\n\nYou have the first results of everybody below. Hand in the best result that can be made with them, whole.`,
    after: first.map(({ name }) => name),
    needs: layout.quorum ?? 1,
    inputs: 'handoff',
  }
}

const leadOver = (first: readonly PlannedStep[], layout: Layout): PlannedStep => {
  const names = first.map(({ name }) => name)
  const chooses = layout.mode === 'collaborative'
  return {
    ...nobody,
    name: `lead${layout.suffix}`,
    phase: 2,
    part: 'lead',
    title: titled(`lead${layout.suffix}`, layout.query),
    task: chooses
      ? `Judge the candidates below and choose the best: your choice wins. Answer with {"choice": "name of the candidate", "scores": {"${names[0]}": 0.0 to 1.0, …}, "reason": "why"}. Score only what you were given.\n\nWhat they were asked:\n${layout.query}`
      : `Join the parts below into one result, whole and consistent: yours is the one that counts.\n\nThe goal of all:\n${layout.query}`,
    agent: layout.lead,
    after: names,
    needs: layout.quorum ?? 1,
    inputs: 'handoff',
    schema: chooses ? verdictOn(names) : null,
  }
}

/** What a lead who chooses must answer. */
const verdictOn = (names: readonly string[]): Readonly<Record<string, unknown>> => ({
  type: 'object',
  required: ['choice'],
  properties: {
    choice: { enum: names },
    scores: {
      type: 'object',
      propertyNames: { enum: names },
      additionalProperties: { type: 'number', minimum: 0, maximum: 1 },
    },
    reason: { type: 'string' },
  },
})
