import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loopbackHosts, type RunnersConfig } from '../src/config/runners.ts'
import { readConfig } from '../src/config.ts'
import { Failure } from '../src/errors.ts'

const file = resolve('home', 'baton.yaml')
const folder = dirname(file)
const known = { toolsets: ['work'], defaultToolsets: ['work'], tools: ['claim_task'] }

const read = async (text: string): Promise<RunnersConfig> => {
  const invocation = await readConfig(['--config', file], {}, () => text, known)
  if (!('config' in invocation)) throw new Error(invocation.command)
  return invocation.config.runners
}

const refusal = async (content: unknown): Promise<Failure> => {
  const thrown = await read(typeof content === 'string' ? content : stringify(content)).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(thrown).toBeInstanceOf(Failure)
  return thrown as Failure
}

describe('commands', () => {
  it('have defaults, and paths are relative to the file', async () => {
    const { commands } = await read('commands:\n  lint: { argv: [./bin/lint.sh, --all] }')
    expect(commands).toEqual({
      lint: {
        argv: [join(folder, 'bin/lint.sh'), '--all'],
        input: 'stdin',
        output: 'plain',
        env: [],
        env_set: {},
        cwd: folder,
        timeout_ms: 600_000,
        max_output_bytes: 1_048_576,
        concurrency: 2,
        capabilities: [],
      },
    })
  })

  it('take everything that can be said of one', async () => {
    const said = {
      argv: ['node', 'a.mjs', '{task}'],
      input: 'arg',
      output: 'claude',
      env: ['API_KEY'],
      env_set: { MODE: 'fast' },
      cwd: '~/work',
      timeout_ms: 5,
      max_output_bytes: 6,
      concurrency: 7,
      capabilities: ['review'],
    }
    const { commands } = await read(stringify({ commands: { a: said } }))
    expect(commands.a).toEqual({ ...said, cwd: join(homedir(), 'work') })
  })

  it('a preset is a ready entry whose parts can be overridden, and none widens what the program may do', async () => {
    const { commands } = await read(
      'commands:\n  claude: { preset: claude, timeout_ms: 9 }\n  c: { preset: codex, argv: [codex, exec, --json, --model, m, "-"] }\n  g: { preset: gemini }',
    )
    expect(commands.claude).toMatchObject({
      argv: ['claude', '-p', '--output-format', 'json'],
      input: 'stdin',
      output: 'claude',
      timeout_ms: 9,
      env: [],
    })
    expect(commands.c).toMatchObject({
      argv: ['codex', 'exec', '--json', '--model', 'm', '-'],
      output: 'codex',
    })
    expect(commands.g).toMatchObject({ argv: ['gemini', '--output-format', 'json'], output: 'gemini' })
    for (const { argv } of Object.values(commands))
      expect(argv.join(' ')).not.toMatch(/danger|bypass|yolo|skip|full-auto|allow|approv/i)
  })

  it('a report stands in the output of the preset, or else in the plain one', async () => {
    const { commands } = await read(
      'commands:\n  a: { argv: [a], output: report }\n  c: { preset: claude, output: report }\n  p: { argv: [p], output: plain }',
    )
    expect(commands.a).toMatchObject({ output: 'plain', report: true })
    expect(commands.c).toMatchObject({ output: 'claude', report: true })
    expect(commands.p).not.toHaveProperty('report')
  })

  it('none is there that the file does not name', async () => {
    expect((await read('# commands: {}')).commands).toEqual({})
    expect((await read('commands:')).commands).toEqual({})
  })

  it('a name such as __proto__ is a name like any other', async () => {
    const { commands } = await read('{"commands": {"__proto__": {"argv": ["x"]}}}')
    expect(Object.hasOwn(commands, '__proto__')).toBe(true)
    expect('argv' in {}).toBe(false)
  })
})

describe('models and allow', () => {
  it('have defaults', async () => {
    const runners = await read(
      'models: { local: { protocol: openai, base_url: "http://127.0.0.1:11434/v1/", model: llama3 } }',
    )
    expect(runners.models).toEqual({
      local: {
        protocol: 'openai',
        base_url: 'http://127.0.0.1:11434/v1',
        model: 'llama3',
        specialities: [],
        max_output_tokens: 4_096,
        timeout_ms: 120_000,
        concurrency: 4,
      },
    })
    expect(runners.allow).toEqual({ hosts: loopbackHosts, api_key_envs: [] })
  })

  it('take everything that can be said', async () => {
    const model = {
      protocol: 'anthropic',
      base_url: 'https://api.anthropic.com',
      model: 'm',
      api_key_env: 'ANTHROPIC_API_KEY',
      group: 'big',
      kind: 'api',
      specialities: ['code'],
      price: { input_per_million_usd: 3, output_per_million_usd: 15 },
      max_output_tokens: 1,
      timeout_ms: 2,
      output: 'report',
      concurrency: 3,
    }
    const allow = { hosts: ['GPU.lan:8000', '*.example.com', '[::1]:1', '10.0.0.0/8'], api_key_envs: ['A'] }
    const runners = await read(stringify({ models: { m: model }, allow }))
    expect(runners.models.m).toEqual(model)
    expect(runners.allow).toEqual({
      hosts: ['gpu.lan:8000', '*.example.com', '[::1]:1', '10.0.0.0/8'],
      api_key_envs: ['A'],
    })
  })
})

const model = { protocol: 'openai', base_url: 'http://localhost:1/v1', model: 'm' }
const command = (entry: object) => ({ commands: { lint: { argv: ['x'], ...entry } } })
const endpoint = (entry: object) => ({ models: { m: { ...model, ...entry } } })

describe('the price of an endpoint', () => {
  it('may be of the time that its machine takes, with or without power', async () => {
    const prices = [
      { usd_per_hour: 2.5, tokens_per_s: 200 },
      { usd_per_hour: 0, tokens_per_s: 12.5, watts: 450, usd_per_kwh: 0.3 },
    ]
    for (const price of prices)
      expect((await read(stringify(endpoint({ price })))).models.m?.price).toEqual(price)
  })
})

describe('a wrong value is refused with the path of its key, what is right and the nearest name', () => {
  it.each<[content: unknown, path: string, says: string]>([
    ['commands: [a]', 'commands', '["a"] is not a set of names with their commands.'],
    [{ commands: { Lint: {} } }, 'commands', '"Lint" is not a name of 1 to 64 of a-z, 0-9, _ and -.'],
    [{ commands: { '../x': {} } }, 'commands', '"../x" is not a name'],
    [
      { commands: { lint: 'npm run lint' } },
      'commands.lint',
      '"npm run lint" is not a set of keys: preset, argv',
    ],
    [
      { commands: { lint: {} } },
      'commands.lint.argv',
      'is missing; it is a list of texts: the program, then',
    ],
    [command({ argv: 'npm run lint' }), 'commands.lint.argv', '"npm run lint" is not a list of texts'],
    [command({ argv: ['npm', 5] }), 'commands.lint.argv[1]', '5 is not a list of texts'],
    [command({ argv: ['a', 'b\0c'] }), 'commands.lint.argv[1]', 'is not a list of texts'],
    [
      command({ argv: ['npm run lint'] }),
      'commands.lint.argv[0]',
      'is not the name or path of a program. No shell',
    ],
    [command({ argv: ['/bin/npm -v'] }), 'commands.lint.argv[0]', 'is not the name or path of a program'],
    [command({ argv: ['cat /etc/passwd'] }), 'commands.lint.argv[0]', 'is not the name or path of a program'],
    [command({ argv: ['a;b'] }), 'commands.lint.argv[0]', 'is not the name or path of a program'],
    [command({ argv: ['$(x)'] }), 'commands.lint.argv[0]', 'is not the name or path of a program'],
    [
      command({ argv: ['{task}'], input: 'arg' }),
      'commands.lint.argv[0]',
      'is not the name or path of a program',
    ],
    [
      command({ argv: ['x', 'a={task}'], input: 'arg' }),
      'commands.lint.argv',
      '{task} is an element of its own',
    ],
    [command({ argv: ['x', '{task}'] }), 'commands.lint.argv', 'set input: arg, or leave {task} out'],
    [command({ input: 'args' }), 'commands.lint.input', '"args" is not one of stdin, arg, json.'],
    [
      command({ argv: ['x', '{task}'], input: 'json' }),
      'commands.lint.argv',
      'input is json; set input: arg, or leave {task} out',
    ],
    [command({ timeout: 5 }), 'commands.lint.timeout', 'is not known here; the keys are preset, argv'],
    [command({ timeout_m: 5 }), 'commands.lint.timeout_m', 'Did you mean "timeout_ms"?'],
    [command({ timeout_ms: '5s' }), 'commands.lint.timeout_ms', '"5s" is not a number of milliseconds'],
    [command({ concurrency: 0 }), 'commands.lint.concurrency', '0 is not a whole number, 1 to 256.'],
    [command({ preset: 'claud' }), 'commands.lint.preset', '"claud" is not one of claude, codex, gemini.'],
    [command({ env: ['A=b'] }), 'commands.lint.env[0]', 'is not a list of names of'],
    [command({ env: ['BATON_TURN'] }), 'commands.lint', "BATON_TURN is Baton's own variable"],
    [command({ env_set: { BATON_DB: 'x' } }), 'commands.lint', "BATON_DB is Baton's own variable"],
    [endpoint({ protocol: 'ollama' }), 'models.m.protocol', '"ollama" is not one of openai, anthropic.'],
    [endpoint({ base_url: 'localhost:1' }), 'models.m.base_url', 'is not an http or https address'],
    [endpoint({ base_url: 'file:///etc' }), 'models.m.base_url', 'is not an http or https address'],
    [endpoint({ api_key: 'sk-1' }), 'models.m.api_key', 'Did you mean "api_key_env"?'],
    [
      endpoint({ price: { input: 1 } }),
      'models.m.price.input_per_million_usd',
      'is missing; it is input_per_mi',
    ],
    [
      endpoint({ price: { usd_per_hour: 1 } }),
      'models.m.price.tokens_per_s',
      'is missing; it is input_per_million_usd and output_per_million_usd, or usd_per_hour and tokens_per_s',
    ],
    [
      endpoint({ price: { usd_per_hour: 1, tokens_per_s: 0 } }),
      'models.m.price.tokens_per_s',
      '0 is not input_per_million_usd and output_per_million_usd, or usd_per_hour and tokens_per_s (above 0)',
    ],
    [
      endpoint({ price: { usd_per_hour: 1, tokens_per_s: 5, watts: 300 } }),
      'models.m.price.usd_per_kwh',
      'is missing',
    ],
    [
      endpoint({ price: { usd_per_hour: 1, tokens_per_s: 5, usd_per_kwh: 0.2 } }),
      'models.m.price.watts',
      'is missing',
    ],
    [
      endpoint({ price: { usd_per_hour: 1, tokens_per_s: 5, input_per_million_usd: 2 } }),
      'models.m.price.input_per_million_usd',
      '2 is not',
    ],
    [endpoint({ price: 3 }), 'models.m.price', '3 is not input_per_million_usd'],
    [{ models: { m: { model: 'm' } } }, 'models.m.protocol', 'is missing; it is one of openai, anthropic.'],
    [
      { models: { a: { ...model, group: 'b' }, b: model } },
      'models.a.group',
      'a group has a name of its own',
    ],
    [{ breaker: { failures: 6 } }, 'breaker.failures', '6 is not a whole number, 1 to 5'],
    [{ breaker: { cool_down_ms: 0 } }, 'breaker.cool_down_ms', '0 is not a number of milliseconds'],
    [{ breaker: { failure: 3 } }, 'breaker.failure', 'Did you mean "failures"?'],
    [{ allow: { host: ['x'] } }, 'allow.host', 'Did you mean "hosts"?'],
    [{ allow: { hosts: ['http://x'] } }, 'allow.hosts[0]', '"http://x" is not a list of hosts, such as'],
    [{ allow: { hosts: ['10.0.0.0/33'] } }, 'allow.hosts[0]', '"10.0.0.0/33" is not a list of hosts'],
    [{ allow: { hosts: ['*'] } }, 'allow.hosts[0]', '"*" is not a list of hosts'],
    [{ command: {} }, 'command', 'Did you mean "commands"?'],
  ])('%j', async (content, path, says) => {
    const { message, details } = await refusal(content)
    expect(message).toContain(says)
    expect(message).toContain(file)
    expect(details).toMatchObject({ field: path })
    if (path !== 'command') expect(message.startsWith(path)).toBe(true)
  })

  it.each([
    [['/bin/bash', '-c'], 'arg'],
    [['sh', '-c', '{task}', 'y'], 'arg'],
    [['bash', '-o', 'pipefail', '-ec', '{task}'], 'arg'],
    [['node', '{task}'], 'arg'],
    [['node', '--import', 'x', '--eval'], 'arg'],
    [['python3.12', '-c'], 'arg'],
    [['cmd.exe', '/c'], 'arg'],
    [['bash'], 'stdin'],
    [['/usr/bin/zsh', '-s', 'x'], 'stdin'],
    [['python3', '-', 'x'], 'stdin'],
    [['node', '--no-warnings'], 'stdin'],
  ])('%j, where the text by %s would be a program', async (argv, input) => {
    const { message, details } = await refusal(command({ argv, input }))
    expect(message).toContain('would run the text of a task as a program')
    expect(details).toEqual({ field: 'commands.lint.argv' })
  })

  it.each([
    [['bash', 'answer.sh'], 'stdin'],
    [['sh', '-c', 'cat'], 'stdin'],
    [['node', '--no-warnings', 'answer.mjs', '--text', '{task}'], 'arg'],
    [['python3', '-m', 'answer'], 'arg'],
    [['claude', '-p'], 'arg'],
  ])('but not %j by %s', async (argv, input) => {
    expect((await read(stringify({ commands: { lint: { argv, input } } }))).commands.lint?.argv).toEqual(argv)
  })

  it('what may be a secret in the wrong place is not repeated', async () => {
    const secret = 'sk-ant-0123456789'
    for (const content of [
      endpoint({ api_key: secret }),
      endpoint({ api_key_env: secret }),
      endpoint({ base_url: `ftp://me:${secret}@host` }),
      endpoint({ base_url: `https://me:${secret}@host` }),
      endpoint({ base_url: `https://host/?key=${secret}` }),
      command({ env: [`KEY=${secret}`] }),
      command({ env_set: [secret] }),
      { allow: { api_key_envs: [secret] } },
    ])
      expect(JSON.stringify((await refusal(content)).report())).not.toContain(secret)
  })
})
