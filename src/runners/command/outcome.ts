import type { CommandConfig } from '../../config/runners.ts'
import type { AnswerForm } from '../../primitives/task/prompt.ts'
import { envelopeIn, usedBy } from '../envelope.ts'
import type { Evidence, TurnFault, TurnOutcome } from '../port.ts'
import { type Answer, answerIn } from './answer.ts'
import type { Ending } from './child.ts'
import type { Output, Tail } from './output.ts'
import type { Redactor } from './secrets.ts'

/** How much of what went wrong goes into the error, characters; evidence holds more of it. */
const errorLength = 500

/** A process that ended, and what it printed. */
export interface Finished {
  readonly name: string
  readonly command: CommandConfig
  readonly form: AnswerForm
  readonly ending: Ending
  readonly printed: Output
  readonly stdout: Tail
  readonly stderr: Tail
  readonly redactor: Redactor
  readonly duration_ms: number
}

/** What came of a turn whose process has ended, without secrets. */
export const outcomeOf = (finished: Finished): TurnOutcome => {
  const { name, command, form, ending, redactor, duration_ms } = finished
  const evidence = evidenceOf(finished)
  const answer = answerOf(finished)
  const metrics = { duration_ms, ...answer.cost }
  const failed = (fault: TurnFault, error: string): TurnOutcome => ({
    ok: false,
    error: redactor.text(error),
    fault,
    retryable: true,
    evidence: { ...evidence, ...(finished.stdout.text() !== '' && { stdout: finished.stdout.text() }) },
    metrics,
  })
  if (ending.why === 'timeout')
    return failed(
      'timeout',
      `Command "${name}" was still running after ${command.timeout_ms} ms and was ended.`,
    )
  if (ending.why === 'aborted') return failed('aborted', `Command "${name}" was ended with its turn.`)
  if (ending.why === 'unrecorded')
    return failed('aborted', `Command "${name}" was ended: where it runs could not be written down.`)
  if (ending.exitCode !== 0) return failed('exit', `Command "${name}" ended ${reasonOf(finished, answer)}`)
  if (!answer.ok) return failed('bad_answer', `Command "${name}": ${clipped(answer.error)}.`)
  if (form === 'plain') return { ok: true, result: answer.result, evidence, metrics }
  const said = envelopeIn(answer.result)
  if (!said.ok) return failed('bad_answer', `Command "${name}" gave no report that counts: ${said.error}.`)
  // A preset's output tells what its model used; of any other program nobody but itself knows.
  const used = command.output === 'plain' ? usedBy(said.own) : {}
  return { ok: true, result: said.result, own: said.own, evidence, metrics: { ...used, ...metrics } }
}

/** The answer in what was printed. What was cut is never read as JSON: a part of it could say something else. */
const answerOf = ({ command, form, printed, redactor }: Finished): Answer => {
  const text = printed.text()
  if (!printed.cut) {
    const answer = answerIn(command.output, text)
    if (!answer.ok) return { ...answer, error: redactor.text(answer.error) }
    const told = redactor.json(answer.result)
    return { ...answer, result: told ? told.value : redactor.text(text.trim()) }
  }
  const limit = command.max_output_bytes
  if (command.output !== 'plain' || form === 'report')
    return {
      ok: false,
      error: `its output was cut at ${limit} bytes, so that its answer cannot be read`,
      cost: {},
    }
  const notice = `[cut: the first ${limit} of ${printed.bytes} bytes]`
  return { ok: true, result: `${redactor.text(text, { end: true })}\n${notice}`, cost: {} }
}

const reasonOf = ({ ending, stdout, stderr }: Finished, answer: Answer): string => {
  const how = ending.signal === null ? `with exit code ${ending.exitCode}` : `by signal ${ending.signal}`
  const said = stderr.text() || (answer.ok ? stdout.text() : answer.error)
  return said === '' ? `${how}.` : `${how}: ${clipped(said)}`
}

/** The end of a text on one line: what went wrong is told last. */
const clipped = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > errorLength ? `…${line.slice(-errorLength)}` : line
}

const evidenceOf = ({ name, ending, printed, stderr, duration_ms }: Finished): Evidence => {
  const { how, left } = ending.ended
  const last = stderr.text()
  return {
    command: name,
    exit_code: ending.exitCode,
    signal: ending.signal,
    duration_ms,
    output_bytes: printed.bytes,
    output_sha256: printed.digest,
    cut: printed.cut,
    ...(last !== '' && { stderr: last }),
    // Processes that were ended by us, beside or with the program, and any that could not be.
    ...((how !== 'gone' || left.length > 0) && { processes: ending.ended }),
  }
}
