/** How the work is shared out: pieces at once, steps one after another, or the whole by everybody. */
export const modes = ['parallel', 'sequential', 'collaborative'] as const
export type Mode = (typeof modes)[number]

/** What the agents have to do with each other: nothing, a barrier between phases, or a lead who decides. */
export const coordinations = ['independent', 'synchronized', 'hierarchical'] as const
export type Coordination = (typeof coordinations)[number]

/** What kind of query it is; how modes fare is learned by kind. */
export const queryKinds = [
  'build',
  'code',
  'problem',
  'survey',
  'creative',
  'research',
  'analysis',
  'other',
] as const
export type QueryKind = (typeof queryKinds)[number]
