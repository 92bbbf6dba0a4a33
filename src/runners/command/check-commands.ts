import type { RunnersConfig } from '../../config/runners.ts'
import { environmentOf, type Variables } from './environment.ts'
import { programOf } from './program.ts'
import { scriptOf } from './script.ts'

/** Whether a command could run here, and if not, what is missing. */
export interface CommandCheck {
  readonly name: string
  readonly ok: boolean
  readonly problem?: string
  /** What was not looked at. */
  readonly note?: string
}

/** Checks what the configuration names, without starting any of it: program, script, folder, environment variables. */
export const checkCommands = (
  { commands }: Pick<RunnersConfig, 'commands'>,
  env: Variables,
): Promise<readonly CommandCheck[]> =>
  Promise.all(
    Object.entries(commands).map(async ([name, command]) => {
      const variables = environmentOf(command, env, '')
      const program = await programOf(command, variables)
      const script = 'problem' in program ? 'none' : await scriptOf(command, variables)
      const unset = command.env.filter((variable) => env[variable] === undefined)
      const problems = [
        ...('problem' in program ? [program.problem] : []),
        ...(typeof script === 'object' ? [script.problem] : []),
        ...(unset.length > 0 ? [`not set in the environment: ${unset.join(', ')}`] : []),
      ]
      if (problems.length > 0) return { name, ok: false, problem: `${problems.join('; ')}.` }
      if (script !== 'unchecked') return { name, ok: true }
      return { name, ok: true, note: 'the program is there; its script was not checked' }
    }),
  )
