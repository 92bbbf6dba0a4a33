import type { RunnersConfig } from '../../config/runners.ts'
import { environmentOf, type Variables } from './environment.ts'
import { programOf } from './program.ts'

/** Whether a command could run here, and if not, what is missing. */
export interface CommandCheck {
  readonly name: string
  readonly ok: boolean
  readonly problem?: string
}

/** Checks what the configuration names, without starting any of it: program, folder, environment variables. */
export const checkCommands = (
  { commands }: Pick<RunnersConfig, 'commands'>,
  env: Variables,
): Promise<readonly CommandCheck[]> =>
  Promise.all(
    Object.entries(commands).map(async ([name, command]) => {
      const program = await programOf(command, environmentOf(command, env, ''))
      const unset = command.env.filter((variable) => env[variable] === undefined)
      const problems = [
        ...('problem' in program ? [program.problem] : []),
        ...(unset.length > 0 ? [`not set in the environment: ${unset.join(', ')}`] : []),
      ]
      return problems.length === 0
        ? { name, ok: true }
        : { name, ok: false, problem: `${problems.join('; ')}.` }
    }),
  )
