import { z } from 'zod'
import { variableName } from './command-section.ts'
import { at, check, entriesOf, type Field, type Place, refuseAt } from './fields.ts'
import { quote } from './refusal.ts'
import {
  type AllowConfig,
  loopbackHosts,
  modelKinds,
  modelOutputs,
  protocols,
  type RunnersConfig,
} from './runners.ts'

/** Names of endpoints and groups: also such as models have, `llama3.1:8b`. */
const name = z.string().regex(/^[a-z0-9._:-]{1,64}$/)
const nameExpects = 'a name of 1 to 64 of a-z, 0-9, dot, colon, _ and -'

const usd = z.number().min(0).max(1_000_000)
const rate = z.number().gt(0).max(1_000_000_000)

const tokenPrice = z.strictObject({ input_per_million_usd: usd, output_per_million_usd: usd })
const timePrice = z
  .strictObject({
    usd_per_hour: usd,
    tokens_per_s: rate,
    watts: usd.optional(),
    usd_per_kwh: usd.optional(),
  })
  // One without the other would change nothing.
  .refine(({ watts, usd_per_kwh }) => watts === undefined || usd_per_kwh !== undefined, {
    path: ['usd_per_kwh'],
  })
  .refine(({ watts, usd_per_kwh }) => usd_per_kwh === undefined || watts !== undefined, { path: ['watts'] })

/** A price of one of two forms, told apart by a key that only one has, so that a refusal names the right one. */
const price = z.unknown().transform((given, context) => {
  const byTime =
    typeof given === 'object' && given !== null && ('usd_per_hour' in given || 'tokens_per_s' in given)
  const { data, error } = (byTime ? timePrice : tokenPrice).safeParse(given)
  if (data !== undefined) return data
  for (const issue of error?.issues ?? []) {
    const key = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
    context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path, ...key] })
  }
  return z.NEVER
})

/** An address as it is used: without a slash at its end. */
const address = z.string().transform((given, context) => {
  const url = URL.canParse(given) ? new URL(given) : undefined
  const plain =
    (url?.protocol === 'http:' || url?.protocol === 'https:') &&
    url.username + url.password + url.search + url.hash === ''
  if (plain) return given.trim().replace(/\/+$/, '')
  context.addIssue('not an address')
  return z.NEVER
})

const fields = {
  protocol: { schema: z.enum(protocols), expects: `one of ${protocols.join(', ')}` },
  base_url: {
    schema: address,
    expects: 'an http or https address without a password or query, such as http://127.0.0.1:11434/v1',
    // Addresses are where passwords and keys are put by mistake.
    hidden: true,
  },
  model: { schema: z.string().min(1).max(200), expects: "the model's name, as the endpoint knows it" },
  api_key_env: {
    schema: variableName.optional(),
    expects: 'the name of the environment variable that holds the key',
    hidden: true,
  },
  group: { schema: name.optional(), expects: nameExpects },
  kind: { schema: z.enum(modelKinds).optional(), expects: `one of ${modelKinds.join(', ')}` },
  specialities: {
    schema: z.array(z.string().min(1).max(64)).default([]),
    expects: 'a list of names of capabilities',
  },
  price: {
    schema: price.optional(),
    expects:
      'input_per_million_usd and output_per_million_usd, or usd_per_hour and tokens_per_s (above 0) with both watts and usd_per_kwh or neither, each a number from 0 on',
  },
  max_output_tokens: {
    schema: z.number().int().min(1).max(1_000_000).default(4_096),
    expects: 'a whole number, 1 to 1000000',
  },
  timeout_ms: {
    schema: z.number().int().min(1).max(86_400_000).default(120_000),
    expects: 'a number of milliseconds, 1 to 86400000',
  },
  output: { schema: z.enum(modelOutputs).optional(), expects: `one of ${modelOutputs.join(', ')}` },
  concurrency: { schema: z.number().int().min(1).max(256).default(4), expects: 'a whole number, 1 to 256' },
} as const satisfies Record<string, Field>

/** Reads the section `models`. */
export const modelSection = (value: unknown, place: Place): RunnersConfig['models'] => {
  const models = entriesOf(value, place, 'a set of names with their endpoints').map(([own, entry]) => {
    if (!name.safeParse(own).success) throw refuseAt(place, `: ${quote(own)} is not ${nameExpects}.`)
    return [own, check(entry, at(place, own), fields)] as const
  })
  const names = new Set(models.map(([own]) => own))
  for (const [own, { group }] of models)
    if (group !== undefined && group !== own && names.has(group))
      throw refuseAt(
        at(at(place, own), 'group'),
        `: ${quote(group)} is the name of an endpoint; a group has a name of its own.`,
      )
  return Object.fromEntries(models) as RunnersConfig['models']
}

/** A host, or all below a domain (`*.`), with or without a port; or a range of IPv4 addresses. */
const hostPattern = z
  .string()
  .toLowerCase()
  .regex(
    /^((\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:\d{1,5})?$|^(\d{1,3}\.){3}\d{1,3}\/([12]?\d|3[0-2])$/,
  )

const allowFields = {
  hosts: {
    schema: z.array(hostPattern).default([...loopbackHosts]),
    expects: 'a list of hosts, such as localhost, gpu.lan:8000, *.example.com or 10.0.0.0/8',
  },
  api_key_envs: {
    schema: z.array(variableName).default([]),
    expects: 'a list of names of environment variables',
    hidden: true,
  },
} as const satisfies Record<string, Field>

/** Reads the section `allow`. */
export const allowSection = (value: unknown, place: Place): AllowConfig => check(value, place, allowFields)
