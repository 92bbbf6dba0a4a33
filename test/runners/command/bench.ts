import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommandConfig } from '../../../src/config/runners.ts'
import type { AnswerForm } from '../../../src/primitives/task/prompt.ts'
import type { Brief } from '../../../src/runners/brief.ts'
import { commandRunner } from '../../../src/runners/command/command-runner.ts'
import type { ChildPlace, Turn, TurnOutcome } from '../../../src/runners/port.ts'
import { withScratch } from '../../support/scratch.ts'

let turns = 0

/** A folder with scripts, and turns whose program is one of them. */
export interface Bench {
  readonly folder: string
  /** Writes a script for node; answers its path. */
  script(body: string): Promise<string>
  run(body: string, text: string, given?: Given): Promise<Ran>
}

export interface Given {
  readonly command?: Partial<CommandConfig>
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
  readonly args?: readonly string[]
  /** Called when the child's place would be written down. */
  readonly started?: (place: ChildPlace) => Promise<void>
  readonly progress?: (note: string) => void
}

export interface Ran {
  readonly outcome: TurnOutcome
  readonly turn: Turn
  readonly places: readonly ChildPlace[]
  readonly notes: readonly string[]
}

const briefFor = (task: string): Brief => ({
  run_id: 'run_1',
  task_id: 'tsk_1',
  key: 'it',
  title: 'It',
  task,
  context: { lines: [1, 2] },
  goal: 'All of it',
  attempt: 1,
  inputs: [{ task_id: 'tsk_0', key: null, author: 'agt_0', result: { said: '"}] quit' } }],
})

export const turnOf = (whole: string, command = 'it', form: AnswerForm = 'plain'): Turn => {
  turns += 1
  return {
    id: `trn_${process.pid}_${turns}`,
    run_id: 'run_1',
    task_id: 'tsk_1',
    agent_id: 'agt_1',
    lease_token: 'lease_x',
    by: null,
    options: { command },
    persona: '',
    prompt: whole,
    whole,
    brief: briefFor(whole),
    form,
  }
}

export const commandOf = (argv: CommandConfig['argv'], cwd: string): CommandConfig => ({
  argv,
  input: 'stdin',
  output: 'plain',
  env: [],
  env_set: {},
  cwd,
  timeout_ms: 20_000,
  max_output_bytes: 1_048_576,
  concurrency: 2,
  capabilities: [],
})

export const withBench = (use: (bench: Bench) => Promise<void>): Promise<void> =>
  withScratch(async (folder) => {
    let scripts = 0
    const script = async (body: string) => {
      scripts += 1
      const file = join(folder, `script-${scripts}.mjs`)
      await writeFile(file, body)
      return file
    }
    const run = async (body: string, text: string, given: Given = {}): Promise<Ran> => {
      const file = await script(body)
      const command = {
        ...commandOf([process.execPath, file, ...(given.args ?? [])], folder),
        ...given.command,
      }
      const runner = commandRunner({ commands: { it: command }, env: given.env ?? process.env })
      const turn = turnOf(text, 'it', command.report ? 'report' : 'plain')
      const places: ChildPlace[] = []
      const notes: string[] = []
      const outcome = await runner.run(turn, {
        signal: given.signal ?? new AbortController().signal,
        progress(note) {
          notes.push(note)
          given.progress?.(note)
        },
        async started(place) {
          places.push(place)
          await given.started?.(place)
        },
      })
      return { outcome, turn, places, notes }
    }
    await use({ folder, script, run })
  })
