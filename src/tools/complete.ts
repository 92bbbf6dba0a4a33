import type { Store } from '../kernel/ports.ts'

/** What definitions of resources and prompts may do with the log: read it. */
export type Reading = Pick<Store, 'read'>

/**
 * Suggests values for an argument: candidates, likeliest first. What does not begin with what was typed is left
 * out by the server, which also keeps the first 100.
 *
 * @param known the other arguments that the client has filled in so far
 */
export type Complete = (
  typed: string,
  known: Readonly<Record<string, string>>,
  store: Reading,
) => Promise<readonly string[]>
