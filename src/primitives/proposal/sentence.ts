import type { Proposal } from './find.ts'

const reasons = {
  no_quorum: 'fewer took part than its quorum asks for',
  tie: 'a tie that nothing breaks',
  no_majority: 'no option has the votes that its rule asks for',
  deadline: 'the deadline passed before anybody voted',
  withdrawn: 'its task or run ended first',
} as const

/** How a proposal ended, in a sentence. */
export const endWords = ({ id, state }: Proposal): string => {
  switch (state.status) {
    case 'decided':
      return `${id} is decided: ${state.outcome}. ${state.why}`
    case 'failed':
      return `${id} failed (${state.why}): ${reasons[state.why]}.`
    default:
      return `${id} is ${state.status}.`
  }
}
