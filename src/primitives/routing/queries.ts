import type { Reader } from '../../kernel/ports.ts'
import { type ArmCounts, armScopes, countsIn, placeOf } from './arm.ts'
import type { Features } from './decide/features.ts'

/** What the log has counted of these arms for tasks with these features, by arm key. */
export const readArms = async (
  db: Reader,
  { arms, features }: { readonly arms: Iterable<string>; readonly features: Features },
): Promise<ReadonlyMap<string, ArmCounts>> => {
  const found = new Map<string, ArmCounts>()
  for (const arm of new Set(arms)) {
    const scopes = armScopes(placeOf(arm, features))
    const overall = countsIn(await db.tallies(scopes.overall))
    const type = countsIn(await db.tallies(scopes.type))
    found.set(arm, { overall, type, cell: countsIn(await db.tallies(scopes.cell)) })
  }
  return found
}
