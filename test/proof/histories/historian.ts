import { answerParent } from '../../support/answer-parent.ts'
import { live } from './history.ts'

/** What the proof asks of a process that lives histories for it. */
export interface Ask {
  readonly do: 'live'
  readonly template: string
  readonly draws: readonly number[]
}

answerParent(({ template, draws }: Ask) => live(template, draws))
