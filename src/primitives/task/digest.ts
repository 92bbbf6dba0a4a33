import { hash } from 'node:crypto'

const short = (text: string): string => hash('sha256', text, 'base64url').slice(0, 22)

/** What the log keeps of a lease token: whoever reads events cannot report with it. */
export const tokenDigest = (token: string): string => short(token)

/** Tells one report from another: the digest of its token, and that of what it says. */
export const reportDigest = (token: string | null, kind: 'result' | 'failure', said: unknown): string =>
  `${token ?? ''}.${short(JSON.stringify([kind, said]))}`
