/** A sign of life as it is stored: which session acted as an agent, where, and when. Moments in epoch ms. */
export interface Sign {
  readonly session: string
  readonly pid: number
  readonly host: string
  readonly last_seen: number
  /** A claim call is open until then; 0 when none is, -1 once the session has closed. */
  readonly waiting_until: number
}

/** The process that serves a session. */
export interface Machine {
  readonly pid: number
  readonly host: string
  /** Whether a process of this host exists. */
  readonly pidAlive: (pid: number) => boolean
}

/** Where nobody said what it is: every process counts as existing. */
export const unknownMachine: Machine = { pid: 0, host: '', pidAlive: () => true }

/** How long a sign of life counts, ms. */
const staleAfter = 60_000

/** True when the process that gave the sign is known to be gone. On another host nobody can tell. */
export const isGone = (
  sign: Pick<Sign, 'pid' | 'host'>,
  host: string,
  pidAlive: (pid: number) => boolean,
): boolean => sign.pid > 0 && sign.host === host && !pidAlive(sign.pid)

/** The session has closed and said so. */
export const isClosed = ({ waiting_until }: Pick<Sign, 'waiting_until'>): boolean => waiting_until < 0

/** A recent sign of life or an open claim call, of a process that still exists. `now` in epoch ms. */
export const isAlive = (sign: Sign, now: number, host: string, pidAlive: (pid: number) => boolean): boolean =>
  (now - sign.last_seen <= staleAfter || sign.waiting_until > now) && !isGone(sign, host, pidAlive)
