import type { ModelConfig, RunnersConfig } from '../config/runners.ts'
import { checkCommands } from '../runners/command/check-commands.ts'
import { probe } from '../runners/model/probe.ts'

/** Whether one command or endpoint of the configuration could be used, and what to do where not. */
export interface Checked {
  readonly ok: boolean
  /** One line; no values of environment variables. */
  readonly line: string
}

/** How long an endpoint may take to answer, ms. */
const patience = 3_000

/** Checks what the configuration names, all at once. No program is started and no token is spent. */
export const checkMeans = async (
  runners: RunnersConfig,
  env: NodeJS.ProcessEnv,
): Promise<readonly Checked[]> => {
  const [commands, models] = await Promise.all([
    checkCommands(runners, env),
    Promise.all(Object.entries(runners.models).map(([name, model]) => checkModel(name, model, env))),
  ])
  return [
    ...commands.map(({ name, ok, problem = '', note }) => ({
      ok,
      line: ok
        ? `command ${name}${note === undefined ? '' : `: ${note}`}`
        : `command ${name}: ${problem} Install or set what is missing, or correct commands.${name}.`,
    })),
    ...models,
  ]
}

const checkModel = async (name: string, model: ModelConfig, env: NodeJS.ProcessEnv): Promise<Checked> => {
  const variable = model.api_key_env ?? null
  const key = variable === null ? undefined : env[variable]?.trim()
  if (variable !== null && !key)
    return {
      ok: false,
      line: `model ${name}: the environment variable ${variable} is not set. Set it where Baton is started.`,
    }
  const endpoint = { ...model, name, api_key_env: variable }
  const found = await probe(endpoint, { timeoutMs: patience, ...(key !== undefined && { key }) })
  if (!found.ok) return { ok: false, line: `model ${name}: ${found.problem} ${remedy(name, found.status)}` }
  return { ok: true, line: `model ${name}${doubt(model.model, found.models ?? [])}` }
}

const remedy = (name: string, status: number | undefined): string => {
  if (status === undefined) return `Start what answers there, or correct models.${name}.base_url.`
  if (status === 401 || status === 403) return 'Correct the key.'
  return status >= 500 || status === 429 ? 'Try again later.' : `Correct models.${name}.base_url.`
}

/** A list need not have every name that the endpoint takes (aliases), so one that is missing is told and no error. */
const doubt = (model: string, offered: readonly string[]): string => {
  const known = [model, `${model}:latest`]
  if (offered.length === 0 || offered.some((id) => known.includes(id))) return ''
  return `; but "${model}" is not in its list (${offered.slice(0, 5).join(', ')}${offered.length > 5 ? ', …' : ''})`
}
