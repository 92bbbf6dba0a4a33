import { join } from 'node:path'
import envPaths from 'env-paths'
import { z } from 'zod'
import { absolute } from './absolute.ts'
import { choicesOf, type Flag, flags, type Known, type SettingName } from './flags.ts'
import { quote, refuse, suggestion } from './refusal.ts'
import type { RunnersConfig } from './runners.ts'
import type { Given, Layer } from './sources.ts'

/** Everything that can be set about a server, validated. */
export interface Config {
  /** Absolute path of the database file. Whoever opens it creates its directory, mode 0700. */
  readonly db: string
  /** Whose database it is, when it is a tenant's. */
  readonly tenant?: string
  readonly toolsets: readonly string[]
  /** When given, only these tools are offered, of whichever toolset. */
  readonly tools?: readonly string[]
  readonly readOnly: boolean
  readonly durability: (typeof flags.durability.choices)[number]
  readonly logLevel: (typeof flags)['log-level']['choices'][number]
  /** Absolute path of the config file that was read. */
  readonly configFile?: string
  /** What runners may use. Only a config file says so. */
  readonly runners: RunnersConfig
}

const asList = (value: unknown): unknown =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
    : value

const list = (names: readonly string[]) => z.preprocess(asList, z.array(z.enum(names)).min(1))

const schemaOf = (known: Known) =>
  z.object({
    db: z.string().min(1).optional(),
    tenant: z
      .string()
      .regex(/^[a-z0-9_-]{1,64}$/)
      .optional(),
    toolsets: list(choicesOf('toolsets', known) ?? []).optional(),
    tools: list(known.tools).optional(),
    'read-only': z
      .union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })])
      .default(false),
    durability: z.enum(flags.durability.choices).default(flags.durability.default),
    'log-level': z.enum(flags['log-level'].choices).default(flags['log-level'].default),
  })

/**
 * The settings that hold, out of layers with the strongest first. Throws a Failure that names where a wrong
 * value came from. A value that a stronger layer overrides is not looked at.
 */
export const settle = (
  layers: readonly Layer[],
  known: Known,
  runners: RunnersConfig,
  configFile: string | undefined,
): Config => {
  const given = strongest(layers)
  const values = Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]))
  const { data, error } = schemaOf(known).safeParse(values)
  if (error !== undefined) throw wrongValue(error, given, known)
  const { db, tenant, toolsets, tools, durability } = data
  return {
    db: databaseFile(tenant, db, given.db),
    ...(tenant !== undefined && { tenant }),
    toolsets: toolsets?.includes('all') ? known.toolsets : [...new Set(toolsets ?? known.defaultToolsets)],
    ...(tools !== undefined && { tools: [...new Set(tools)] }),
    readOnly: data['read-only'],
    durability,
    logLevel: data['log-level'],
    ...(configFile !== undefined && { configFile }),
    runners,
  }
}

const strongest = (layers: readonly Layer[]): Layer => {
  const { db, tenant, ...others }: Layer = Object.assign({}, ...layers.toReversed())
  // --db and --tenant answer one question, so the strongest source that answers it decides.
  const decides = layers.find((layer) => layer.db ?? layer.tenant)
  if (decides?.db !== undefined && decides.tenant !== undefined)
    throw refuse(
      `${decides.tenant.from} and ${decides.db.from} conflict: a tenant's database has its own place. Give one of them.`,
      { field: 'tenant' },
    )
  return { ...others, ...(decides?.db && { db }), ...(decides?.tenant && { tenant }) } as Layer
}

const databaseFile = (
  tenant: string | undefined,
  db: string | undefined,
  given: Given | undefined,
): string => {
  if (db !== undefined && given !== undefined) return absolute(db, given.directory)
  const { data } = envPaths('baton', { suffix: '' })
  return tenant === undefined ? join(data, 'baton.db') : join(data, 'tenants', `${tenant}.db`)
}

const wrongValue = (error: z.ZodError, given: Layer, known: Known) => {
  const [name, index] = error.issues[0]?.path ?? []
  const setting = name as SettingName
  const { value, from } = given[setting] ?? { value: undefined, from: `--${setting}` }
  // In a list, the wrong one is named and not the whole.
  const listed = asList(value)
  const wrong = typeof index === 'number' && Array.isArray(listed) ? listed[index] : value
  const choices = choicesOf(setting, known)
  const flag: Flag = flags[setting]
  const expected = choices === undefined ? flag.expects : `one of ${choices.join(', ')}`
  return refuse(`${from}: ${quote(wrong)} is not ${expected}.${suggestion(wrong, choices ?? [])}`, {
    field: setting,
    value: wrong,
    ...(choices && { choices }),
  })
}
