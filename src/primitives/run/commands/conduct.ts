import { accepted } from '../../../kernel/decider.ts'
import type { Tx } from '../../../kernel/ports.ts'
import { followFailed } from '../../task/failed-prerequisites.ts'
import { decideEnd, decideStrategy, decideUpdate, mustFit } from '../decide.ts'
import { type Run, type Speaker, theRun } from '../find.ts'
import { runStream } from '../rows.ts'
import { defaultSettings, merged, type Settings, type SettingsPatch } from '../settings.ts'
import type { RunOutcome } from '../state.ts'

export interface Start {
  readonly goal: string
  readonly name?: string | undefined
  readonly settings?: SettingsPatch | undefined
}

/** Opens a run. */
export const startRun = async (tx: Tx, input: Start): Promise<Run> => {
  const settings = merged(defaultSettings, input.settings)
  const unfit = mustFit(settings)
  if (unfit) throw unfit
  const data = { goal: input.goal, name: input.name ?? null, settings }
  return tx.create(runStream, { id: tx.newId('run') }, [{ type: 'run.started', data }])
}

export const updateRun = async (
  tx: Tx,
  input: {
    readonly run_id?: string | undefined
    readonly settings?: SettingsPatch | undefined
    readonly paused?: boolean | undefined
    readonly reason?: string | undefined
    readonly speaker: Speaker
  },
): Promise<{ readonly run_id: string; readonly paused: boolean; readonly settings: Settings }> => {
  const run = await theRun(tx, input.run_id, input.speaker)
  const { settings, paused, reason } = input
  const asked = {
    ...(settings && { settings }),
    ...(paused !== undefined && { paused }),
    ...(reason !== undefined && { reason }),
  }
  const rule = run.state.settings.on_failed_prerequisite
  await tx.append(run, accepted(decideUpdate(run.id, run.state, asked)))
  if (run.state.settings.on_failed_prerequisite !== rule) await followFailed(tx, run)
  return { run_id: run.id, paused: run.state.paused, settings: run.state.settings }
}

export const modifyStrategy = async (
  tx: Tx,
  input: {
    readonly run_id?: string | undefined
    readonly strategy: string
    readonly rationale: string
    readonly speaker: Speaker
  },
): Promise<{ readonly run_id: string; readonly version: number }> => {
  const run = await theRun(tx, input.run_id, input.speaker)
  await tx.append(run, accepted(decideStrategy(run.id, run.state, input.strategy, input.rationale)))
  return { run_id: run.id, version: run.state.strategy?.version ?? 0 }
}

/** Marks the run as ended; its open tasks and agents are the caller's to end with it. */
export const closeRun = async (
  tx: Tx,
  run: Run,
  outcome: RunOutcome,
  reason: string | null,
): Promise<void> => {
  await tx.append(run, accepted(decideEnd(run.id, run.state, outcome, reason)))
}
