import type { Reader } from '../../kernel/ports.ts'
import type { AgentState } from './state.ts'

/** The agent's prompt, read once from the event that holds it. */
export const personaOf = async (db: Reader, state: AgentState): Promise<string> => {
  const key = `persona ${state.promptSeq}`
  const known = db.memo.get(key) as string | undefined
  if (known !== undefined) return known
  const event = await db.event(state.promptSeq)
  if (!event) throw new Error('an agent has lost its prompt')
  const { prompt } = event.data as { prompt: string }
  db.memo.set(key, prompt)
  return prompt
}
