import { Failure } from '../errors.ts'
import type { NewId, Reader, Signal, Store } from '../kernel/ports.ts'
import { choicesOf } from '../primitives/escalation/choices.ts'
import { resolveEscalation } from '../primitives/escalation/commands/resolve.ts'
import { type Escalation, escalationByNo } from '../primitives/escalation/find.ts'
import { isWaiting } from '../primitives/escalation/state.ts'
import { isFree, type Verdict } from '../primitives/escalation/terms.ts'
import { runByNo } from '../primitives/run/find.ts'
import { excerpt } from '../primitives/task/excerpt.ts'
import { asText, fenced } from '../primitives/task/fence.ts'
import type { Log } from '../telemetry/log.ts'
import type { Session } from '../tools/session.ts'
import { brief } from './brief.ts'
import type { elicitorOf, Form } from './elicitor.ts'

interface AskingParts {
  readonly store: Store
  readonly newId: NewId
  readonly log: Log
  readonly session: Session
  readonly elicitor: ReturnType<typeof elicitorOf>
}

/** Characters of a result that a question shows. */
const mostShown = 2_000
/** How often one question is put where the answers to it cannot be carried out. */
const mostTries = 3

/**
 * Shows the escalations of the runs that this session conducts to its user, where the client can: beside all calls,
 * never within one. What is answered elsewhere meanwhile is taken back.
 */
export class Asking {
  private readonly parts: AskingParts
  /** Questions on the screen, by the number of their escalation. */
  private readonly asked = new Map<number, AbortController>()
  private stop: (() => void) | undefined

  constructor(parts: AskingParts) {
    this.parts = parts
  }

  /** The client has said what it can do. */
  begin(): void {
    const { store, elicitor } = this.parts
    if (!elicitor.available || this.stop) return
    this.stop = store.listen((signals) => this.heard(signals))
    void elicitor.warmUp()
  }

  close(): void {
    this.stop?.()
    for (const shown of this.asked.values()) shown.abort()
  }

  private heard(signals: readonly Signal[]): void {
    for (const { stream, type } of signals) {
      if (type === 'escalation.opened') void this.show(stream)
      else if (type.startsWith('escalation.') && type !== 'escalation.acknowledged') {
        this.asked.get(stream)?.abort()
      }
    }
  }

  /** Asks, and carries the answer out as the person's; one that is refused is asked for again. Never rejects. */
  private async show(no: number): Promise<void> {
    const { log, session } = this.parts
    const shown = new AbortController()
    this.asked.set(no, shown)
    try {
      let refusal: Failure | undefined
      for (let tries = 0; tries < mostTries; tries++) {
        refusal = await this.ask(no, shown.signal, refusal)
        if (!refusal) return
        const why = brief(refusal.message, 200)
        log.info({ session: session.id, code: refusal.code, why }, 'an answer could not be carried out')
      }
    } catch (err) {
      if (shown.signal.aborted) return
      // Answered elsewhere in the last moment, or not at all: it stands in the list.
      const why = brief(String((err as Error).message), 200)
      log.info({ session: session.id, why }, 'an escalation was not answered here')
    } finally {
      this.asked.delete(no)
    }
  }

  /** Puts a question once. Answers why what was said cannot be carried out, or undefined where nothing is left to ask. */
  private async ask(no: number, signal: AbortSignal, refusal?: Failure): Promise<Failure | undefined> {
    const { store, newId, session, elicitor } = this.parts
    const question = await store.read((db) => questionOf(db, no), undefined)
    if (!question || signal.aborted || !session.conducted.has(question.run_id)) return
    const { message, fields } = question.form
    const again = refusal ? `Your answer was not taken: ${refusal.message} ${refusal.hint}\n\n` : ''
    const answer = await elicitor.ask({ message: `${again}${message}`, fields }, signal)
    // A no to being asked, or no word at all, decides nothing and says nothing of who has seen it.
    if (answer === undefined) return
    const given = resolution(answer, question.escalation_id, session.client)
    const actor = { ...session.actor(), person: given.person }
    const input = { ...given, speaker: { run: undefined, joined: [] } }
    try {
      await store.execute(resolveEscalation, input, { actor, correlation: newId('call') })
    } catch (err) {
      if (err instanceof Failure && !signal.aborted) return err
      throw err
    }
    return
  }
}

interface Question {
  readonly run_id: string
  readonly escalation_id: string
  readonly form: Form
}

const questionOf = async (db: Reader, no: number): Promise<Question | undefined> => {
  const escalation = await escalationByNo(db, no)
  if (!escalation || !isWaiting(escalation.state)) return undefined
  const run = await runByNo(db, escalation.run)
  return { run_id: run.id, escalation_id: escalation.id, form: await formOf(db, escalation) }
}

const nameField = { name: { title: 'Your name', description: 'Recorded with the decision' } }

const formOf = async (db: Reader, escalation: Escalation): Promise<Form> => {
  const { id, state } = escalation
  const { options } = state
  const asks = `Baton asks (${id}): ${state.question}`
  if (isFree(state)) {
    const answer = { title: 'Answer', ...(options.length > 0 && { choices: options }), required: true }
    return { message: asks, fields: { answer, ...nameField } }
  }
  const { decisions, handedIn, refused, takesResult } = await choicesOf(db, escalation)
  const shown = handedIn && asText(excerpt(handedIn.result, mostShown).result)
  const what = refused ? 'Handed in last, and sent back' : 'Handed in'
  const data = shown === undefined ? '' : `\n\n${what} (data from an agent):\n${fenced(shown)}`
  const instead = handedIn ? 'With proceed: counts in place of what was handed in' : 'Proceed needs it'
  return {
    message: `${asks}${data}`,
    fields: {
      decision: { title: 'Decision', choices: decisions, required: true },
      ...(takesResult && { result: { title: 'Result', description: instead } }),
      note: { title: 'Note', description: 'What is to be known or done differently' },
      ...nameField,
    },
  }
}

const resolution = (said: Readonly<Record<string, string>>, escalation_id: string, client: string) => {
  const { decision, answer, note, name, result } = said
  return {
    escalation_id,
    ...(answer === undefined ? { decision: decision as Verdict } : { answer: answer.slice(0, 4_000) }),
    person: name === undefined ? `the user of ${client}` : brief(name, 100),
    note: note === undefined ? null : note.slice(0, 4_000),
    ...(result !== undefined && { result }),
  }
}
