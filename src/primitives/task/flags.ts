/**
 * Signs that an answer reads like instructions to its reader. A heuristic: it warns, it never blocks. Plain
 * substrings and bounded patterns, so that no text can make it slow.
 */
const signs: readonly RegExp[] = [
  /\b(ignore|disregard|forget)\b.{0,40}\b(previous|prior|above|earlier|all)\b.{0,40}\b(instructions?|prompts?|rules?)\b/i,
  /\byou (are|must) now\b/i,
  /\b(system|developer) (prompt|message|override)\b/i,
  /<\/?(system|assistant|instructions?|tool_call)>/i,
  /\b(call|use|run|invoke) (the )?`?(rollback_to_checkpoint|terminate_agent|end_run|cancel_task|complete_task)\b/i,
]

/** How much of an answer is looked at, characters. */
const looked = 20_000

/** `instructions` when the text reads like instructions to a model, else nothing. */
export const flagsOf = (result: unknown): readonly string[] => {
  const text = (typeof result === 'string' ? result : (JSON.stringify(result) ?? '')).slice(0, looked)
  return signs.some((sign) => sign.test(text)) ? ['instructions'] : []
}
