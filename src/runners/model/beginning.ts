export interface Beginning {
  readonly text: string
  /** Whether that is all. */
  readonly whole: boolean
}

/**
 * What comes of an answer's body within so many bytes and so much time; then its connection is closed. Rejects when the
 * body breaks off within them.
 */
export async function beginning(
  { body }: Response,
  { maxBytes, maxMs }: { readonly maxBytes: number; readonly maxMs: number },
): Promise<Beginning> {
  if (!body) return { text: '', whole: true }
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  let late = false
  // A read that is under way ends as if the body did.
  const leave = () => reader.cancel().catch(() => undefined)
  const timer = setTimeout(() => {
    late = true
    void leave()
  }, maxMs)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { text: text + decoder.decode(), whole: !late }
      bytes += value.length
      if (bytes > maxBytes) return { text, whole: false }
      text += decoder.decode(value, { stream: true })
    }
  } finally {
    clearTimeout(timer)
    await leave()
    reader.releaseLock()
  }
}
