import { hash } from 'node:crypto'

/** Bytes of SHA-256 that an event keeps: 128 bits, enough that no change of an event goes unseen. */
export const hashBytes = 16

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

/** The hash of an event that follows `before` in its run's chain: SHA-256 over both, cut to 16 bytes. */
export const link = (before: Uint8Array, e: Linked): Uint8Array => {
  const tail = Buffer.from(before.buffer, before.byteOffset, before.byteLength).toString('hex')
  const text = `${tail}\n${e.seq} ${e.run} ${e.stream} ${e.version} ${e.prev} ${e.at} ${e.born ?? ''}\n${e.type}\n${e.who}\n${e.correlation}\n${e.data}`
  return hash('sha256', text, 'buffer').subarray(0, hashBytes)
}

/** The start of every run's chain. */
export const origin: Uint8Array = new Uint8Array(hashBytes)
