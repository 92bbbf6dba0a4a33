import type { CommandConfig, RunnersConfig } from '../../config/runners.ts'
import type { Evidence, Runner, Turn, TurnFault, TurnIo, TurnOutcome } from '../port.ts'
import { runChild } from './child.ts'
import { environmentOf, type Variables } from './environment.ts'
import { outcomeOf } from './outcome.ts'
import { Output, Tail } from './output.ts'
import { programOf } from './program.ts'
import { Redactor } from './secrets.ts'
import { argumentsOf } from './slot.ts'
import { Slots } from './slots.ts'

/** How much of the end of what it printed is kept for evidence, and how much of a line is progress, characters. */
const tailLength = 2_000
const noteLength = 300

export interface CommandRunnerOptions {
  readonly commands: RunnersConfig['commands']
  /** The server's environment: what commands may see of it is taken from here. */
  readonly env: Variables
  /** Names of variables that hold keys of model endpoints: never told, whatever they are called. */
  readonly keyNames?: readonly string[]
}

/**
 * The runner that gives each turn to a process of a program that the configuration names. The turn's text is data on its
 * standard input or in one argument; no shell reads any of it. More turns of a command than its `concurrency` wait.
 */
export const commandRunner = ({ commands, env, keyNames = [] }: CommandRunnerOptions): Runner => {
  const slots = new Map<string, Slots>()
  return {
    kind: 'command',
    formOf: ({ options: { command = '' } }) =>
      Object.hasOwn(commands, command) && commands[command]?.report ? 'report' : 'plain',
    async run(turn, io) {
      const name = turn.options.command ?? ''
      const command = Object.hasOwn(commands, name) ? commands[name] : undefined
      if (!command) return notBegun('unavailable', unknown(name, Object.keys(commands)))
      const own = slots.get(name) ?? new Slots(command.concurrency)
      slots.set(name, own)
      if (!(await own.enter(io.signal))) return notBegun('aborted', endedBefore)
      try {
        return await runTurn({ name, command, env, keyNames }, turn, io)
      } finally {
        own.leave()
      }
    },
  }
}

const endedBefore = 'The turn was ended before its command began.'

const unknown = (name: string, names: readonly string[]): string =>
  `There is no command ${JSON.stringify(name)} in the configuration; ${
    names.length === 0 ? 'it names none' : `there are ${names.join(', ')}`
  }.`

const notBegun = (fault: TurnFault, error: string, evidence: Evidence = {}): TurnOutcome => ({
  ok: false,
  error,
  fault,
  retryable: fault === 'aborted',
  evidence,
  metrics: { duration_ms: 0 },
})

/** What is written to a program's standard input. In JSON no text of others can be anything but data. */
const inputOf = ({ input }: CommandConfig, { brief, whole }: Turn): string | undefined => {
  if (input === 'arg') return undefined
  return input === 'stdin' ? whole : `${JSON.stringify({ ...brief, prompt: whole })}\n`
}

interface Named {
  readonly name: string
  readonly command: CommandConfig
  readonly env: Variables
  readonly keyNames: readonly string[]
}

const runTurn = async (
  { name, command, env, keyNames }: Named,
  turn: Turn,
  io: TurnIo,
): Promise<TurnOutcome> => {
  const environment = environmentOf(command, env, turn.id)
  const cannot = (fault: TurnFault, problem: string) =>
    notBegun(fault, `Command "${name}" cannot run: ${problem}.`, { command: name })
  const program = await programOf(command, environment)
  if ('problem' in program) return cannot('unavailable', program.problem)
  const slot = argumentsOf(command, turn.whole)
  if ('problem' in slot) return cannot('refused', slot.problem)
  if (io.signal.aborted) return notBegun('aborted', endedBefore)

  const redactor = new Redactor([env, command.env_set], { keys: keyNames, passed: command.env })
  const printed = new Output(command.max_output_bytes)
  const stdout = new Tail(tailLength, redactor)
  const stderr = new Tail(tailLength, redactor)
  const listen = (tail: Tail, quiet: boolean, chunk: Buffer) => {
    tail.push(chunk)
    const note = quiet ? '' : tail.lastLine().slice(-noteLength)
    if (note !== '') io.progress(note)
  }
  const began = performance.now()
  const ending = await runChild({
    file: program.file,
    args: slot.args,
    cwd: command.cwd,
    env: environment,
    input: inputOf(command, turn),
    timeoutMs: command.timeout_ms,
    marker: turn.id,
    signal: io.signal,
    started: (place) => io.started(place),
    stdout(chunk) {
      printed.push(chunk)
      // Machine-readable output is no note for a reader.
      listen(stdout, command.output !== 'plain', chunk)
    },
    stderr: (chunk) => listen(stderr, false, chunk),
  })
  if (ending.why === 'not_started')
    return ending.code === 'E2BIG'
      ? cannot('refused', 'the text is too long for an argument; let the command read stdin')
      : cannot('unavailable', `its program could not be started (${ending.code})`)
  const duration_ms = Math.round(performance.now() - began)
  return outcomeOf({ name, command, form: turn.form, ending, printed, stdout, stderr, redactor, duration_ms })
}
