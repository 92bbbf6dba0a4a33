import type { Escalation } from './find.ts'

const quoted = (said: string): string =>
  JSON.stringify(said.length <= mostSaid ? said : `${said.slice(0, mostSaid)}…`)
const mostSaid = 300

/** A question and what a person said to it, on one line; both in quotes, so that neither passes for a line of ours. */
export const sayAnswered = ({ id, state }: Escalation): string => {
  if (state.status !== 'resolved') return `${id} is ${state.status}.`
  const said = state.answer === undefined ? `decided ${state.decision}` : `answered ${quoted(state.answer)}`
  const note = state.note === null ? '' : ` (${quoted(state.note)})`
  return `${id} ${quoted(state.question)}: ${state.by} ${said}${note}.`
}
