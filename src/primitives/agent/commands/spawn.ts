import { Failure } from '../../../errors.ts'
import { plainHandle } from '../../../kernel/handle.ts'
import type { Tx } from '../../../kernel/ports.ts'
import type { CapabilityEdge } from '../../capability/graph.ts'
import { capabilityNames, declareEdges } from '../../capability/vocabulary.ts'
import { endpointsFor } from '../../model/find.ts'
import { listModels } from '../../model/list.ts'
import { mayAdd, mayGoOn } from '../../run/budget.ts'
import type { Run } from '../../run/find.ts'
import type { HeldCapability, RunnerKind, RunnerOptions } from '../events.ts'
import { type Agent, agentNamed } from '../find.ts'
import { defaultProfile, type Profile, resolveProfile } from '../profile.ts'
import { agentStream } from '../rows.ts'
import { shippedProfile } from '../shipped-profiles.ts'

/** A capability as a client gives it: a name, or a name with how good, and what it is a kind of. */
export type GivenCapability =
  | string
  | {
      readonly name: string
      readonly proficiency?: number | undefined
      readonly is_a?: readonly string[] | undefined
      readonly related?: readonly string[] | undefined
    }

export interface Spawn {
  readonly purpose: string
  readonly name?: string | undefined
  /** Else the profile's. */
  readonly role?: string | undefined
  readonly profile?: string | Profile | undefined
  readonly variables?: Readonly<Record<string, string>> | undefined
  readonly capabilities?: readonly GivenCapability[] | undefined
  readonly runner?: RunnerKind | undefined
  readonly runner_options?: RunnerOptions | undefined
  readonly max_concurrent?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

const defaultConcurrent = 5

/** Adds an agent to a run: persona rendered from its profile, capabilities put into the graph. */
export const spawnAgent = async (
  tx: Tx,
  run: Run,
  input: Spawn,
): Promise<{ readonly agent: Agent; readonly prompt: string }> => {
  await mayGoOn(tx, run)
  await mayAdd(tx, run, 'max_agents', 1)
  await freeName(tx, run, input.name)
  await knownModel(tx, input)
  const profile = await settleProfile(tx, run, input.profile ?? defaultProfile)
  const variables = { purpose: input.purpose, goal: run.state.goal, ...input.variables }
  const resolved = resolveProfile(profile, (name) => definedIn(run, name) ?? shippedProfile(name), variables)
  if ('code' in resolved)
    throw new Failure(
      resolved.code,
      `profile: ${resolved.message}`,
      'Give a shipped profile (resource baton://profiles lists them), one defined earlier in this run, or a definition.',
      resolved.details,
    )
  const capabilities = await settleCapabilities(tx, [
    ...(input.capabilities ?? []),
    ...(resolved.capabilities ?? []),
  ])
  const agent = await tx.create(agentStream, { id: tx.newId('agt'), run: run.no }, [
    {
      type: 'agent.spawned',
      data: {
        name: input.name ?? null,
        purpose: input.purpose,
        profile,
        role: input.role ?? resolved.role ?? null,
        capabilities,
        runner: input.runner ?? 'client',
        runner_options: input.runner_options ?? null,
        max_concurrent: input.max_concurrent ?? defaultConcurrent,
        metadata: input.metadata ?? null,
        prompt: resolved.prompt,
        replaces: null,
        restarts: 0,
      },
    },
  ])
  return { agent, prompt: resolved.prompt }
}

/** An agent whose endpoint nobody has named would wait for ever. */
const knownModel = async (tx: Tx, { runner, runner_options }: Spawn): Promise<void> => {
  const model = runner_options?.model
  if (runner !== 'model' || model === undefined || (await endpointsFor(tx, model)).length > 0) return
  const { models } = await listModels(tx, { limit: 10 })
  const names = models.map(({ endpoint: { name, group } }) =>
    group === null ? name : `${name} (group ${group})`,
  )
  throw new Failure(
    'not_found',
    `runner_options.model: there is no endpoint or group "${model}".`,
    names.length > 0
      ? `Use one of ${names.join(', ')}, or add one with register_model.`
      : 'Add one with register_model (toolset routing), or name it in the configuration.',
    { field: 'runner_options.model', model },
  )
}

const freeName = async (tx: Tx, run: Run, name: string | undefined): Promise<void> => {
  plainHandle(name, 'name')
  const bearer = name === undefined ? undefined : await agentNamed(tx, run.no, name)
  if (bearer?.state.status !== 'active') return
  throw new Failure(
    'conflict',
    `name: "${name}" is taken by ${bearer.id}.`,
    'Give another name, or use that agent.',
    { field: 'name', agent_id: bearer.id },
  )
}

// Own names only: "constructor" is a lawful one and must not find Object's.
const definedIn = (run: Run, name: string): Profile | undefined =>
  Object.hasOwn(run.state.profiles, name) ? run.state.profiles[name] : undefined

/** The profile's name; one that is given as a definition is first kept in the run, where agents can extend it. */
const settleProfile = async (tx: Tx, run: Run, given: string | Profile): Promise<string> => {
  if (typeof given === 'string') return given
  const known = definedIn(run, given.name)
  if (JSON.stringify(known) !== JSON.stringify(given))
    await tx.append(run, [{ type: 'run.profile_defined', data: { profile: given } }])
  return given.name
}

/** What an agent holds, each capability once with its best proficiency; declared edges go into the vocabulary. */
export const settleCapabilities = async (
  tx: Tx,
  given: readonly GivenCapability[],
): Promise<readonly HeldCapability[]> => {
  const held = new Map<string, number>()
  const edges: CapabilityEdge[] = []
  for (const item of given) {
    const {
      name: raw,
      proficiency = 1,
      is_a = [],
      related = [],
    } = typeof item === 'string' ? { name: item } : item
    const [name] = capabilityNames([raw], 'capabilities')
    if (name === undefined) continue
    held.set(name, typeof item === 'string' ? (held.get(name) ?? 1) : proficiency)
    for (const to of capabilityNames(is_a, 'capabilities.is_a')) edges.push({ from: name, kind: 'is_a', to })
    for (const to of capabilityNames(related, 'capabilities.related'))
      edges.push({ from: name, kind: 'related', to })
  }
  await declareEdges(tx, edges)
  return [...held].map(([name, proficiency]) => ({ name, proficiency }))
}
