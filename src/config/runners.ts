/** How a command gets its turn: the text on its standard input, or as one argument; or in parts, as JSON on its standard input. */
export const inputs = ['stdin', 'arg', 'json'] as const

/** How the answer is read from what a command printed; beside `plain`, the JSON of well-known agent programs. */
export const outputFormats = ['plain', 'claude', 'codex', 'gemini'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** A program that the owner allows agents of the `command` runner to work with. No shell reads any of it. */
export interface CommandConfig {
  /** The program (a name on PATH, or an absolute path), then its arguments. */
  readonly argv: readonly [string, ...string[]]
  readonly input: (typeof inputs)[number]
  readonly output: OutputFormat
  /** The answer in that output is a report: the result, and what the agent says of it. */
  readonly report?: true
  /** Names of the server's environment variables that the program gets to see, beside the few that every one gets. */
  readonly env: readonly string[]
  /** Variables that are set for this program alone. */
  readonly env_set: Readonly<Record<string, string>>
  /** Absolute path of the folder that it runs in. */
  readonly cwd: string
  readonly timeout_ms: number
  readonly max_output_bytes: number
  /** How many of its processes one server runs at a time. */
  readonly concurrency: number
  /** Names of what agents with this command can do. */
  readonly capabilities: readonly string[]
}

/** How a model answers: with the result alone, or with a report that has the result in it. */
export const modelOutputs = ['plain', 'report'] as const

export const protocols = ['openai', 'anthropic'] as const
export const modelKinds = ['gpu', 'cpu', 'api'] as const

/** What an endpoint costs: by token, or by the time of its machine, which reads and writes so many tokens a second. */
export type Price =
  | { readonly input_per_million_usd: number; readonly output_per_million_usd: number }
  | {
      readonly usd_per_hour: number
      readonly tokens_per_s: number
      /** Both or neither. */
      readonly watts?: number | undefined
      readonly usd_per_kwh?: number | undefined
    }

/** A place where a model answers. */
export interface ModelConfig {
  readonly protocol: (typeof protocols)[number]
  /** An http or https address without a password, query or trailing slash. */
  readonly base_url: string
  /** The model's name, as the endpoint knows it. */
  readonly model: string
  /** Name of the environment variable that holds the key. */
  readonly api_key_env?: string
  /** Endpoints of one group share the load under the group's name. */
  readonly group?: string
  readonly kind?: (typeof modelKinds)[number]
  /** Names of the capabilities that it is good at. */
  readonly specialities: readonly string[]
  readonly price?: Price
  readonly max_output_tokens: number
  readonly timeout_ms: number
  /** Without it: plain. */
  readonly output?: (typeof modelOutputs)[number]
  /** How many turns one server lets it answer at a time. */
  readonly concurrency: number
}

/** What tools may name when they register an endpoint. */
export interface AllowConfig {
  /** `host`, `*.domain`, either with `:port`, or an IPv4 range `10.0.0.0/8`; lower case, an IPv6 address in brackets. */
  readonly hosts: readonly string[]
  readonly api_key_envs: readonly string[]
}

/** When a model endpoint or a command that fails is left alone, and how it is tried again. What is left out is the default. */
export interface BreakerConfig {
  /** It is left alone after so many failures in a row. */
  readonly failures?: number
  /** For so long at first. */
  readonly cool_down_ms?: number
  /** Each try that fails doubles that, up to this. */
  readonly most_cool_down_ms?: number
  /** So many tries in a row, one at a time, must go well. */
  readonly successes?: number
}

/** The config file's sections for runners. Names are keys of their own: look them up with `Object.hasOwn`. */
export interface RunnersConfig {
  readonly commands: Readonly<Record<string, CommandConfig>>
  readonly models: Readonly<Record<string, ModelConfig>>
  readonly allow: AllowConfig
  readonly breaker: BreakerConfig
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.0/8', '[::1]']

/** What holds where no config file says anything about runners: nothing can be run, loopback can be registered. */
export const noRunners: RunnersConfig = {
  commands: {},
  models: {},
  allow: { hosts: loopbackHosts, api_key_envs: [] },
  breaker: {},
}
