/**
 * How votes become an outcome.
 * - `plurality`: the most votes.
 * - `majority`: more than half of the votes cast.
 * - `supermajority`: two thirds of the votes cast, unless a threshold says how much.
 * - `unanimity`: all votes cast. Abstentions and silence do not stand in the way; a quorum sees to silence.
 * - `ranked`: instant runoff.
 * - `weighted`: the most weight.
 * - `approval`: the most approvals; a ballot may approve several options.
 */
export const rules = [
  'plurality',
  'majority',
  'supermajority',
  'unanimity',
  'ranked',
  'weighted',
  'approval',
] as const
export type Rule = (typeof rules)[number]

/** Who wins of equals: nobody, the one that stands first among the options, or the one that the chair voted for. */
export const tieRules = ['none', 'first', 'chair'] as const
export type TieRule = (typeof tieRules)[number]

/** One option; `ranked`: best first; `approval`: all that are approved. Empty: an abstention. */
export type Ballot = readonly string[]

export interface Vote {
  /** The agent's id. */
  readonly by: string
  readonly ballot: Ballot
  /** 0–1; null: not said. */
  readonly confidence: number | null
}

/** What was fixed when the proposal was made. */
export interface Terms {
  readonly options: readonly string[]
  /** Ids of the agents that may vote. */
  readonly electorate: readonly string[]
  readonly rule: Rule
  /** How many of the electorate must take part; who abstains takes part. */
  readonly quorum: number
  /** The share of the votes cast that the winner must reach, 0–1; null: the rule's own. */
  readonly threshold: number | null
  /** By agent; null: all weigh 1. */
  readonly weights: Readonly<Record<string, number>> | null
  /** Epoch ms; null: none. */
  readonly deadline_at: number | null
  readonly ties: TieRule
  readonly chair: string | null
  /** Population variance of confidences above which the electorate counts as uncertain. */
  readonly max_variance: number
}

/** How the votes stand. Votes are weights where the rule is `weighted`, first preferences where it is `ranked`. */
export interface Tally {
  readonly counts: readonly { readonly option: string; readonly votes: number }[]
  /** Ballots for some option, and their weight. */
  readonly cast: number
  /**
   * Of a ranked vote that is shown, each round of the instant runoff: votes of those still in it, ballots that name none
   * of them any more, and who goes out. The log has the ballots, from which they follow.
   */
  readonly rounds?: readonly {
    readonly counts: readonly { readonly option: string; readonly votes: number }[]
    readonly exhausted: number
    readonly eliminated: readonly string[]
  }[]
  readonly weight: number
  readonly abstained: number
  /** Of the electorate, those that have not voted. */
  readonly silent: number
  /** How many take part by voting or abstaining, and must. */
  readonly took_part: number
  readonly quorum: number
  /** Of the `n` ballots that gave a confidence, whatever they are for; variance (population) null: fewer than two. */
  readonly confidence: { readonly mean: number; readonly variance: number | null; readonly n: number } | null
}

/** Why there is no outcome. `deadline`: it passed before anybody voted. `withdrawn`: its task or run ended. */
export type WhyFailed = 'no_quorum' | 'tie' | 'no_majority' | 'deadline' | 'withdrawn'
