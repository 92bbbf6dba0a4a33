import type { Tx } from '../../../kernel/ports.ts'
import { noteOutcome } from '../../breaker/commands/guard.ts'
import { type BreakerRules, countsAs } from '../../breaker/terms.ts'
import type { Probed } from '../events.ts'
import { modelNamed } from '../find.ts'

/** How a turn at an endpoint went, as its runner tells it. Durations in ms. */
export type TurnAtEndpoint = {
  readonly turn: string
  readonly ms: number
  readonly tokens?: number | undefined
  readonly cost_usd?: number | undefined
} & (
  | { readonly ok: true }
  | { readonly ok: false; readonly fault: string; readonly http_status?: number | undefined }
)

/** Writes down how a turn went at an endpoint, and tells its breaker. Nothing when it was removed meanwhile. */
export const noteAnswer = async (
  tx: Tx,
  name: string,
  went: TurnAtEndpoint,
  rules?: BreakerRules,
): Promise<void> => {
  const model = await modelNamed(tx, name)
  if (!model) return
  const { turn, ok, ms, tokens, cost_usd } = went
  const spent = { ...(tokens !== undefined && { tokens }), ...(cost_usd !== undefined && { cost_usd }) }
  const subject = `model:${name}` as const
  if (ok) {
    await tx.append(model, [{ type: 'model.answered', data: { ok, ms, ...spent, turn } }])
    return noteOutcome(tx, subject, { turn, ok, counted: true }, rules)
  }
  const { fault, http_status: status } = went
  const counted = countsAs(fault, status)
  const failure = {
    error: fault,
    ...(status !== undefined && { status }),
    ...(counted === false && { counted }),
  }
  await tx.append(model, [{ type: 'model.answered', data: { ok, ms, ...spent, ...failure, turn } }])
  const why = status === undefined ? fault : `${fault}, status ${status}`
  await noteOutcome(tx, subject, { turn, ok, counted, why }, rules)
}

/** Writes down what a look at an endpoint found. Nothing when it was removed meanwhile. */
export const noteProbe = async (tx: Tx, name: string, probed: Probed): Promise<void> => {
  const model = await modelNamed(tx, name)
  if (model) await tx.append(model, [{ type: 'model.probed', data: probed }])
}
