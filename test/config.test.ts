import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { commands } from '../src/config/commands.ts'
import { flags, settingNames, variableOf } from '../src/config/flags.ts'
import { noRunners } from '../src/config/runners.ts'
import { type Config, type Known, readConfig } from '../src/config.ts'
import { Failure } from '../src/errors.ts'
import { helpText, refusalText, refusedExitCode } from '../src/help.ts'

const known: Known = {
  toolsets: ['conduct', 'work', 'decide'],
  defaultToolsets: ['conduct', 'work'],
  tools: ['start_run', 'claim_task', 'complete_task'],
}
const data = envPaths('baton', { suffix: '' }).data

type Files = Readonly<Record<string, string>>
type Env = Readonly<Record<string, string>>

const read = (argv: string, env: Env = {}, files: Files = {}) =>
  readConfig(
    argv === '' ? [] : argv.split(' '),
    env,
    (path) => {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' })
      return text
    },
    known,
  )

const configOf = async (argv: string, env: Env = {}, files: Files = {}): Promise<Config> => {
  const invocation = await read(argv, env, files)
  if (!('config' in invocation)) throw new Error(`${invocation.command} has no settings`)
  return invocation.config
}

const refusal = async (argv: string, env: Env = {}, files: Files = {}): Promise<string> => {
  const error = await read(argv, env, files).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Failure)
  expect((error as Failure).code).toBe('invalid_argument')
  expect((error as Failure).hint).toBe('Run baton --help for the commands, flags and values.')
  return (error as Failure).message
}

const file = resolve('baton.yaml')

describe('settings', () => {
  it('have defaults', async () => {
    expect(await read('')).toEqual({
      command: 'serve-stdio',
      config: {
        db: join(data, 'baton.db'),
        toolsets: ['conduct', 'work'],
        readOnly: false,
        durability: 'full',
        logLevel: 'info',
        runners: noRunners,
      },
    })
  })

  const sources: readonly {
    name: string
    member: keyof Config
    flag: readonly [given: string, settled: unknown]
    variable: readonly [given: string, settled: unknown]
    key: readonly [given: string, settled: unknown]
  }[] = [
    {
      name: 'db',
      member: 'db',
      flag: ['--db a.db', resolve('a.db')],
      variable: ['b.db', resolve('b.db')],
      key: ['db: c.db', resolve('c.db')],
    },
    {
      name: 'tenant',
      member: 'tenant',
      flag: ['--tenant a', 'a'],
      variable: ['b', 'b'],
      key: ['tenant: c', 'c'],
    },
    {
      name: 'toolsets',
      member: 'toolsets',
      flag: ['--toolsets work', ['work']],
      variable: ['conduct', ['conduct']],
      key: ['toolsets: [decide, work]', ['decide', 'work']],
    },
    {
      name: 'tools',
      member: 'tools',
      flag: ['--tools claim_task,complete_task', ['claim_task', 'complete_task']],
      variable: ['start_run', ['start_run']],
      key: ['tools: claim_task', ['claim_task']],
    },
    {
      name: 'read-only',
      member: 'readOnly',
      flag: ['--read-only', true],
      variable: ['false', false],
      key: ['read_only: true', true],
    },
    {
      name: 'durability',
      member: 'durability',
      flag: ['--durability normal', 'normal'],
      variable: ['full', 'full'],
      key: ['durability: normal', 'normal'],
    },
    {
      name: 'log-level',
      member: 'logLevel',
      flag: ['--log-level trace', 'trace'],
      variable: ['debug', 'debug'],
      key: ['log_level: warn', 'warn'],
    },
  ]

  it('are all in the table of precedence below', () => {
    expect(sources.map(({ name }) => name)).toEqual([...settingNames])
  })

  it.each(sources)('$name: flag over variable over file', async ({ name, member, flag, variable, key }) => {
    const env = { [variableOf(name)]: variable[0] }
    const files = { [file]: key[0] }
    const named = { BATON_CONFIG: 'baton.yaml' }
    expect((await configOf('', named, files))[member]).toEqual(key[1])
    expect((await configOf('', { ...named, ...env }, files))[member]).toEqual(variable[1])
    expect((await configOf(flag[0], { ...named, ...env }, files))[member]).toEqual(flag[1])
  })

  it('a switch can be turned off by a stronger source', async () => {
    expect((await configOf('--read-only=false', { BATON_READ_ONLY: '1' })).readOnly).toBe(false)
  })

  it('an empty variable is as good as none', async () => {
    expect(await configOf('', { BATON_DB: '', BATON_CONFIG: '', BATON_TOOLSETS: '' })).toEqual(
      await configOf(''),
    )
  })

  it('all means every toolset', async () => {
    expect((await configOf('--toolsets all')).toolsets).toEqual(known.toolsets)
    expect((await configOf('--toolsets work,work')).toolsets).toEqual(['work'])
  })

  it('a tenant has a database of its own, and the strongest source that names a database decides', async () => {
    const tenant = await configOf('--tenant acme-1', { BATON_DB: '/elsewhere.db' })
    expect(tenant.db).toBe(join(data, 'tenants', 'acme-1.db'))
    const db = await configOf('--db a.db', { BATON_TENANT: 'acme' })
    expect(db.db).toBe(resolve('a.db'))
    expect(db).not.toHaveProperty('tenant')
  })

  it('~ is the home directory, and a path in a file is relative to that file', async () => {
    expect((await configOf('--db ~/a.db')).db).toBe(join(homedir(), 'a.db'))
    const deep = resolve('deep', 'baton.json')
    const config = await configOf('--config deep/baton.json', {}, { [deep]: '{"db": "x.db"}' })
    expect(config.db).toBe(join(dirname(deep), 'x.db'))
    expect(config.configFile).toBe(deep)
  })

  it('--config wins over BATON_CONFIG, and a file of comments alone says nothing', async () => {
    const files = { [file]: 'log_level: debug', [resolve('other.yaml')]: '# log_level: warn' }
    const config = await configOf('--config other.yaml', { BATON_CONFIG: 'baton.yaml' }, files)
    expect(config.logLevel).toBe('info')
  })
})

describe('a wrong setting is refused with its origin, its value and the right ones', () => {
  it.each<[argv: string, env: Env, text: string, message: string]>([
    ['--durability fast', {}, '', '--durability: "fast" is not one of full, normal.'],
    [
      '',
      { BATON_LOG_LEVEL: 'warning' },
      '',
      'environment variable BATON_LOG_LEVEL: "warning" is not one of trace, debug, info, warn, error, fatal, silent.',
    ],
    ['', {}, 'read_only: maybe', `key "read_only" in ${file}: "maybe" is not true or false.`],
    [
      '--toolsets work,conducts',
      {},
      '',
      '--toolsets: "conducts" is not one of conduct, work, decide, all. Did you mean "conduct"?',
    ],
    [
      '',
      { BATON_TOOLS: 'clam_task' },
      '',
      'environment variable BATON_TOOLS: "clam_task" is not one of start_run, claim_task, complete_task. Did you mean "claim_task"?',
    ],
    ['', {}, 'tools: []', `key "tools" in ${file}: [] is not one of start_run, claim_task, complete_task.`],
    ['', {}, 'db: 5', `key "db" in ${file}: 5 is not a file name.`],
    ['--tenant Acme', {}, '', '--tenant: "Acme" is not a name of 1 to 64 of a-z, 0-9, _ and -.'],
    ['--tenant ../x', {}, '', '--tenant: "../x" is not a name of 1 to 64 of a-z, 0-9, _ and -.'],
    [
      `--tenant ${'a'.repeat(65)}`,
      {},
      '',
      `--tenant: "${'a'.repeat(65)}" is not a name of 1 to 64 of a-z, 0-9, _ and -.`,
    ],
    [
      '--tenant a --db b',
      {},
      '',
      "--tenant and --db conflict: a tenant's database has its own place. Give one of them.",
    ],
    [
      '',
      {},
      'log-level: debug',
      `key "log-level" in ${file} is no setting; the settings are db, tenant, toolsets, tools, read_only, durability, log_level, commands, models, allow, breaker. Did you mean "log_level"?`,
    ],
    ['', {}, '- db', `${file} does not hold keys with values, such as log_level: debug.`],
    ['', {}, 'db: [', `${file} is not valid YAML: `],
  ])('%s %o %s', async (argv, env, text, message) => {
    const named: Env = text === '' ? {} : { BATON_CONFIG: 'baton.yaml' }
    expect(await refusal(argv, { ...env, ...named }, { [file]: text })).toContain(message)
  })

  it('a file that is not there, or not JSON', async () => {
    expect(await refusal('--config nope.json')).toBe(
      `--config: "${resolve('nope.json')}" is not a file to read settings from: there is no such file.`,
    )
    expect(await refusal('', { BATON_CONFIG: 'no.yaml' })).toContain('environment variable BATON_CONFIG: ')
    expect(await refusal('--config a.json', {}, { [resolve('a.json')]: 'db: x' })).toContain(
      `${resolve('a.json')} is not valid JSON: `,
    )
  })
})

describe('commands and flags', () => {
  it('archive, with the days since the end', async () => {
    expect(await read('archive')).toMatchObject({ command: 'archive', olderThan: 30 })
    expect(await read('archive --older-than 0')).toMatchObject({ olderThan: 0 })
    await expect(read('archive --older-than soon')).rejects.toMatchObject({
      code: 'invalid_argument',
      message: '--older-than: "soon" is not a number of days, 0 or more.',
    })
  })

  it('doctor and demo', async () => {
    expect(await read('doctor --db a.db')).toMatchObject({
      command: 'doctor',
      config: { db: resolve('a.db') },
    })
    expect(await read('demo --path out')).toMatchObject({ command: 'demo', path: resolve('out') })
    expect(await read('demo')).not.toHaveProperty('path')
  })

  it('config hands the server flags on, with absolute paths', async () => {
    expect(await read('config cursor --toolsets all --read-only --npx --write --tenant=-x')).toMatchObject({
      flags: ['--tenant=-x', '--toolsets', 'all', '--read-only'],
      npx: true,
      write: true,
    })
    expect(await read('config vscode --db a.db', { BATON_LOG_LEVEL: 'debug' })).toMatchObject({
      command: 'config',
      host: 'vscode',
      flags: ['--db', resolve('a.db')],
      npx: false,
      write: false,
    })
  })

  it('flags that are handed on read back as the same settings', async () => {
    const typed = '--tenant=-x --tools start_run --read-only=false --durability normal --log-level silent'
    const invocation = await read(`config cursor ${typed}`)
    if (invocation.command !== 'config') throw new Error(invocation.command)
    expect(await configOf(invocation.flags.join(' '))).toEqual(invocation.config)
  })

  it('help and version come through wrong settings', async () => {
    const env = { BATON_DURABILITY: 'fast', BATON_CONFIG: '/nope' }
    expect(await read('--version', env)).toEqual({ command: 'version' })
    expect(await read('version', env)).toEqual({ command: 'version' })
    expect(await read('-h', env)).toEqual({ command: 'help', topic: 'serve-stdio' })
    expect(await read('config --help', env)).toEqual({ command: 'help', topic: 'config' })
    expect(await read('help doctor', env)).toEqual({ command: 'help', topic: 'doctor' })
  })

  it.each([
    [
      'doktor',
      'There is no command "doktor"; there are serve, demo, doctor, archive, config, help, version. Did you mean "doctor"?',
    ],
    [
      'help nothing',
      'There is no command "nothing"; there are serve, demo, doctor, archive, config, help, version.',
    ],
    ['--toolset work', 'There is no flag --toolset. Did you mean --toolsets?'],
    ['--readOnly', 'There is no flag --readOnly. Did you mean --read-only?'],
    ['--frobnicate', 'There is no flag --frobnicate.'],
    ['--__proto__ x', 'There is no flag --__proto__.'],
    ['-x', 'There is no flag -x.'],
    ['--db', '--db needs a value: --db FILE.'],
    ['--db=', '--db needs a value: --db FILE.'],
    ['--db --read-only', '--db needs a value: --db FILE.'],
    ['--db a --db b', '--db is given twice.'],
    ['config cursor --npx=yes', '--npx takes no value, and "yes" was given.'],
    [
      'doctor --tools a',
      'baton doctor does not take --tools, a flag of baton, baton config; it takes --db, --tenant, --config.',
    ],
    ['demo now', 'baton demo does not take "now": baton demo [--path DIR].'],
    [
      'config',
      'Which host? One of claude-desktop, claude-code, cursor, vscode, inspector: baton config HOST [--write] [--npx] [flags].',
    ],
    [
      'config cursr',
      'HOST: "cursr" is not one of claude-desktop, claude-code, cursor, vscode, inspector. Did you mean "cursor"?',
    ],
  ])('refuses %s', async (argv, message) => {
    expect(await refusal(argv)).toBe(message)
  })
})

describe('help', () => {
  it('shows every command, and every flag of each', () => {
    const whole = helpText('serve-stdio', known)
    for (const [name, { usage, flags: own }] of Object.entries(commands)) {
      expect(whole).toContain(`baton ${usage}`)
      const text = helpText(name as keyof typeof commands, known)
      for (const flag of own) expect(text).toContain(`--${flag}`)
    }
    for (const name of settingNames) {
      expect(whole).toContain(flags[name].says)
      expect(whole).toContain(variableOf(name))
    }
    expect(whole).toContain('one of conduct, work, decide, all; default conduct,work')
  })

  it('a refusal prints its sentence and the way to the usage', async () => {
    const failure = await read('--nope').catch((error: Failure) => error)
    expect(refusalText(failure as Failure)).toBe(
      'baton: There is no flag --nope.\nRun baton --help for the commands, flags and values.\n',
    )
    expect(refusedExitCode).toBe(2)
  })
})

describe('start-up', () => {
  it('loads the YAML parser only for a config file', async () => {
    const { metafile } = await build({
      entryPoints: ['src/config.ts'],
      outdir: 'out',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      metafile: true,
      write: false,
    })
    const inputsOf = (output: string): readonly string[] =>
      Object.keys(metafile.outputs[output]?.inputs ?? {})
    const shared = metafile.outputs['out/config.js']?.imports.filter(
      ({ kind }) => kind === 'import-statement',
    )
    const eager = ['out/config.js', ...(shared ?? []).map(({ path }) => path)].flatMap(inputsOf)
    expect(eager.some((input) => input.includes('node_modules/zod/'))).toBe(true)
    expect(eager.filter((input) => input.includes('node_modules/yaml/'))).toEqual([])
  })
})
