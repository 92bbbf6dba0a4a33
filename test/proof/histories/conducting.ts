import { modifyStrategy, startRun, updateRun } from '../../../src/primitives/run/commands/conduct.ts'
import { endRun } from '../../../src/primitives/run/commands/end.ts'
import type { SettingsPatch } from '../../../src/primitives/run/settings.ts'
import type { Random } from '../../support/random.ts'
import type { Life } from './mirror.ts'
import { nobody } from './run-of.ts'
import type { Planned, World } from './world.ts'

const settings = (random: Random): SettingsPatch => ({
  max_agents: random.chance(0.3) ? random.int(1, 8) : undefined,
  max_tasks: random.chance(0.2) ? random.int(5, 60) : undefined,
  max_depth: random.chance(0.2) ? random.int(0, 3) : undefined,
  max_tokens: random.chance(0.15) ? random.int(500, 6_000) : undefined,
  max_wall_ms: random.chance(0.05) ? random.int(1, 20) * 3_600_000 : undefined,
  on_failed_prerequisite: random.chance(0.4) ? random.pick(['block', 'cancel', 'proceed']) : undefined,
})

const noLimits: SettingsPatch = { max_agents: null, max_tasks: null, max_tokens: null, max_wall_ms: null }

export const start = (world: World, random: Random): Planned => {
  const input = { goal: `goal ${world.next()}`, ...(random.chance(0.4) && { settings: settings(random) }) }
  return { says: `start a run ${JSON.stringify(input)}`, command: (tx) => startRun(tx, input) }
}

export const change = (_world: World, random: Random, run: Life): Planned => {
  const patch = random.chance(0.4) ? noLimits : settings(random)
  const input = { run_id: run.id, settings: patch, reason: 'by chance', speaker: nobody }
  return { says: `settings of ${run.id}: ${JSON.stringify(patch)}`, command: (tx) => updateRun(tx, input) }
}

/** A pause ends soon, or nothing more would be claimed. */
export const pause = (world: World, random: Random, run: Life): Planned => {
  const paused = world.of(run, 'run')[0]?.state.paused ? false : random.chance(0.5)
  const input = { run_id: run.id, paused, speaker: nobody }
  return { says: `${paused ? 'pause' : 'resume'} ${run.id}`, command: (tx) => updateRun(tx, input) }
}

export const strategy = (world: World, _random: Random, run: Life): Planned => {
  const input = {
    run_id: run.id,
    strategy: `strategy ${world.next()}`,
    rationale: 'by chance',
    speaker: nobody,
  }
  return { says: `another strategy for ${run.id}`, command: (tx) => modifyStrategy(tx, input) }
}

export const end = (_world: World, random: Random, run: Life): Planned => {
  const outcome = random.pick(['completed', 'failed', 'cancelled'] as const)
  const input = { run_id: run.id, outcome, reason: 'by chance', speaker: nobody }
  return { says: `end ${run.id}`, command: (tx) => endRun(tx, input) }
}
