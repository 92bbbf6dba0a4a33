import type { Coordination, Mode } from '../terms.ts'

/** What goes with a mode when nothing is asked for. */
export const usualCoordination: Readonly<Record<Mode, Coordination>> = {
  parallel: 'independent',
  sequential: 'synchronized',
  collaborative: 'hierarchical',
}

/** Why a pair is doubtful, or undefined. It is laid out as asked all the same. */
export const doubt = (mode: Mode, coordination: Coordination): string | undefined => {
  if (mode === 'parallel' && coordination === 'hierarchical')
    return 'parallel parts do not compete, so the lead has nothing to choose from and joins them instead; independent or synchronized is usual'
  if (mode === 'sequential' && coordination === 'independent')
    return 'independent steps hand nothing over: each runs after the one before but sees none of its results; synchronized is usual'
  return undefined
}
