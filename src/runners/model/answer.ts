/** Deeper ones nobody means; walking one of 100,000 levels ends the stack. */
const deepest = 100

/** What a model said: parsed when all of it, or all of its one ```json block, is JSON; else its text. */
export function resultOf(text: string): unknown {
  const trimmed = text.trim()
  const fenced = /^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n?```$/i.exec(trimmed)?.[1]
  try {
    const parsed: unknown = JSON.parse(fenced ?? trimmed)
    return withinDepth(parsed) ? parsed : text
  } catch {
    return text
  }
}

/** Whether a value can be walked: nested up to 100 levels. */
export const withinDepth = (value: unknown): boolean => {
  let level = [value]
  for (let depth = 0; depth <= deepest; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
    if (level.length === 0) return true
  }
  return false
}
