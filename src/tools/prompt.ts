import type { Complete, Reading } from './complete.ts'
import type { Session } from './session.ts'

export interface PromptArgument {
  readonly name: string
  readonly description: string
  readonly required: boolean
  readonly complete?: Complete
}

export interface PromptMessage {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** A prompt that a person picks in the client. A plain value. */
export interface PromptDef {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly arguments: readonly PromptArgument[]
  /** Names of the tools without which it cannot be followed: it is offered only beside them. */
  readonly needs?: readonly string[]
  render(
    args: Readonly<Record<string, string>>,
    store: Reading,
    session: Session,
  ): Promise<readonly PromptMessage[]> | readonly PromptMessage[]
}
