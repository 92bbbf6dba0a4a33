import { hash } from 'node:crypto'

/**
 * Characters of the hash that an event keeps: 132 bits, enough that no change goes unseen. As text, since a blob would
 * cost a Buffer at each read and write.
 */
const length = 22

/** What an event's hash covers, in this order. `who` is the speaker's text, not its number in the actor table. */
export interface Linked {
  readonly seq: number
  readonly run: number
  readonly stream: number
  readonly version: number
  readonly prev: number
  readonly born: string | null
  readonly type: string
  readonly who: string
  readonly correlation: string
  readonly at: number
  readonly data: string
}

/** The hash of an event that follows `before` in its run's chain: the start of SHA-256 over both, in base64url. */
export const link = (before: string, e: Linked): string => {
  const place = `${e.seq} ${e.run} ${e.stream} ${e.version} ${e.prev} ${e.at} ${e.born ?? ''}`
  const text = `${before}\n${place}\n${e.type}\n${e.who}\n${e.correlation}\n${e.data}`
  return hash('sha256', text, 'base64url').slice(0, length)
}

/** The start of every run's chain. */
export const origin = ''
