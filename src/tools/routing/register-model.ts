import { z } from 'zod'
import { invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { mustConduct } from '../../primitives/agent/must-conduct.ts'
import { type AdmitsEndpoint, registerModel, removeModel } from '../../primitives/model/commands/register.ts'
import { healthOf } from '../../primitives/model/health.ts'
import { type ModelEndpoint, modelProtocols } from '../../primitives/model/terms.ts'
import type { Speaker } from '../../primitives/run/find.ts'
import { keptText, list, newHandle, runId, text, whole } from '../fields.ts'
import { speaker } from '../speaking.ts'
import { defineTool } from '../tool.ts'
import { runAtHand } from './run-at-hand.ts'

const usd = z.number().refine((given) => given >= 0 && Number.isFinite(given), {
  error: 'must be a number from 0 on',
})

const rate = z.number().refine((given) => given > 0 && Number.isFinite(given), {
  error: 'must be a number above 0',
})

const price = z
  .union([
    z.strictObject({
      input_per_million_usd: usd.describe('Per million tokens'),
      output_per_million_usd: usd.describe('Per million tokens'),
    }),
    z
      .strictObject({
        usd_per_hour: usd.describe('Of the machine'),
        tokens_per_s: rate.describe('Read and written, all turns together'),
        watts: usd.describe('Of power').optional(),
        usd_per_kwh: usd.describe('Of power').optional(),
      })
      .refine(({ watts, usd_per_kwh }) => watts === undefined || usd_per_kwh !== undefined, {
        path: ['usd_per_kwh'],
        error: 'goes with watts: give both or neither',
      })
      .refine(({ watts, usd_per_kwh }) => usd_per_kwh === undefined || watts !== undefined, {
        path: ['watts'],
        error: 'goes with usd_per_kwh: give both or neither',
      }),
  ])
  .describe('By token, or by time')

// What names a variable is no key: a key that is given by mistake is not repeated in the refusal.
const variable = text(100).refine((given) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(given), {
  error: 'takes the name of an environment variable, never the key itself',
})

const input = z.strictObject({
  name: newHandle.describe('What agents call it'),
  protocol: z.enum(modelProtocols).describe('openai: also Ollama, vLLM and the like').optional(),
  base_url: keptText(500).describe('For instance http://127.0.0.1:11434/v1').optional(),
  model: keptText(200).describe('Name of the model there').optional(),
  api_key_env: variable.describe('Environment variable that holds the key').optional(),
  group: newHandle.describe('Endpoints of one group share load').optional(),
  kind: z.enum(['gpu', 'cpu', 'api']).describe('Where it runs').optional(),
  specialities: list(keptText(50), 20).describe('For instance code; none: anything').optional(),
  price: price.optional(),
  max_output_tokens: whole(1, 1_000_000).describe('Default: 4096').optional(),
  output: z.enum(['plain', 'report']).describe('report: JSON with result, score, confidence…').optional(),
  timeout_ms: whole(1_000, 3_600_000).describe('For one turn; default: 120000').optional(),
  concurrency: whole(1, 1_000).describe('Turns at once; default: 4').optional(),
  remove: z.boolean().default(false).describe('Take it out'),
  run_id: runId,
})
type Given = z.output<typeof input>

const output = z.object({
  run_id: z.string().optional(),
  name: z.string(),
  change: z.enum(['registered', 'changed', 'unchanged', 'removed']),
  origin: z.enum(['config', 'tool']),
  health: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
})

const needed = <T>(given: T | undefined, field: string): T => {
  if (given !== undefined) return given
  throw invalid(field, 'is missing', 'An endpoint has protocol, base_url and model.')
}

/** The name of a speciality as it is compared. */
export const specialityName = (given: string): string => given.trim().toLowerCase()

const endpointOf = (given: Given): ModelEndpoint => ({
  name: given.name,
  protocol: needed(given.protocol, 'protocol'),
  base_url: needed(given.base_url, 'base_url'),
  model: needed(given.model, 'model'),
  api_key_env: given.api_key_env ?? null,
  group: given.group ?? null,
  kind: given.kind ?? null,
  specialities: [...new Set((given.specialities ?? []).map(specialityName))].sort(),
  price: given.price ?? null,
  max_output_tokens: given.max_output_tokens ?? 4_096,
  timeout_ms: given.timeout_ms ?? 120_000,
  ...(given.output === 'report' && { output: given.output }),
  concurrency: given.concurrency ?? 4,
})

const mustNameOnly = (given: Given): void => {
  const { name: _name, remove: _remove, run_id: _run, ...rest } = given
  const [extra] = Object.entries(rest).find(([, value]) => value !== undefined) ?? []
  if (extra !== undefined) throw invalid(extra, 'has no meaning with remove', 'Give the name alone.')
}

const command = async (
  tx: Tx,
  { given, speaker, admits }: { given: Given; speaker: Speaker; admits: AdmitsEndpoint },
) => {
  mustConduct(speaker.joined, given.remove ? 'remove a model endpoint' : 'register a model endpoint')
  const run = await runAtHand(tx, given.run_id, speaker)
  const { model, change } = given.remove
    ? { model: await removeModel(tx, given.name, 'tool', null), change: 'removed' as const }
    : await registerModel(tx, endpointOf(given), 'tool', admits)
  const { endpoint, origin, looks } = model.state
  const { health } = healthOf(looks, tx.now)
  return { ...(run === undefined ? {} : { run_id: run }), name: endpoint.name, change, origin, health }
}

export const registerModelTool = defineTool({
  name: 'register_model',
  title: 'Register a model endpoint',
  description:
    'Name a place where a model answers, so that agents with runner "model" can work there. The configuration limits hosts and keys.',
  toolset: 'routing',
  effect: 'write',
  input,
  output,
  run: async (given, ctx) => {
    if (given.remove) mustNameOnly(given)
    const { session } = ctx
    const done = await ctx.execute(command, { given, speaker: speaker(session), admits: ctx.workshop.admits })
    if (given.run_id !== undefined) session.run = done.run_id
    return done
  },
  say: ({ name, change, health }) => {
    if (change === 'removed')
      return `${name} is out: no new turn goes there, those under way end as they will.`
    const word = change === 'unchanged' ? 'stands as it stood' : `is ${change}`
    const tried = health === 'unknown' ? 'Nothing was heard of it lately: the first turn tries it.' : ''
    return `${name} ${word} (${health}). ${tried} Use it: spawn_agent with runner "model" and runner_options {"model": "${name}"}.`.replace(
      '  ',
      ' ',
    )
  },
})
