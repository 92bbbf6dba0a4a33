import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hostNames } from '../src/config/commands.ts'
import { Failure } from '../src/errors.ts'
import type { Place } from '../src/hosts/place.ts'
import { writeHostConfig } from '../src/hosts/write.ts'
import { hostConfig } from '../src/hosts.ts'

const installation = { node: '/opt/node', entry: '/src/baton/dist/main.js', flags: [] }
const linux: Place = { platform: 'linux', home: '/home/ann', cwd: '/code/plan', env: {} }
const mac: Place = { ...linux, platform: 'darwin', home: '/Users/ann' }
const windows: Place = { platform: 'win32', home: 'C:\\Users\\ann', cwd: 'D:\\plan', env: {} }

const here = { command: '/opt/node', args: ['/src/baton/dist/main.js'] }
const published = { command: 'npx', args: ['-y', 'baton-mcp'] }

describe('the shape of each host', () => {
  it.each([
    ['claude-desktop', { mcpServers: { baton: here } }],
    ['cursor', { mcpServers: { baton: here } }],
    ['claude-code', { mcpServers: { baton: { type: 'stdio', ...here } } }],
    ['vscode', { servers: { baton: { type: 'stdio', ...here } } }],
  ] as const)('%s', (host, json) => {
    const config = hostConfig(host, installation, { place: linux })
    expect(config.json).toEqual(json)
    expect(config.text).toContain(JSON.stringify(json, null, 2))
    expect(config.text).toContain(config.file)
    const text = config.text.replaceAll(/\s+/g, ' ')
    expect(text).toContain('"command": "npx", "args": [ "-y", "baton-mcp" ]')
    expect(config.text.indexOf('npx')).toBeGreaterThan(config.text.indexOf('/src/baton'))
  })

  it('--npx alone leaves this clone out', () => {
    for (const host of hostNames)
      expect(hostConfig(host, installation, { npx: true, place: linux }).text).not.toContain('/src/baton')
    expect(hostConfig('cursor', installation, { npx: true, place: linux }).json).toEqual({
      mcpServers: { baton: published },
    })
  })

  it('the npx form is the mcp.json of this repository', async () => {
    const json: unknown = JSON.parse(await readFile('mcp.json', 'utf8'))
    expect(hostConfig('cursor', installation, { npx: true, place: linux }).json).toEqual(json)
  })

  it('flags follow the entry and the package', () => {
    const flags = ['--db', '/d/x.db']
    const clone = hostConfig('cursor', { ...installation, flags }, { place: linux })
    expect(clone.json?.mcpServers?.baton.args).toEqual(['/src/baton/dist/main.js', '--db', '/d/x.db'])
    const npx = hostConfig('cursor', { ...installation, flags }, { npx: true, place: linux })
    expect(npx.json?.mcpServers?.baton.args).toEqual(['-y', 'baton-mcp', '--db', '/d/x.db'])
  })

  it('Claude Code gets a command to run as well', () => {
    const text = hostConfig(
      'claude-code',
      { ...installation, entry: "/it's here/main.js" },
      { place: linux },
    ).text
    expect(text).toContain("\nclaude mcp add baton -- /opt/node '/it'\\''s here/main.js'\n")
    expect(text).toContain('\nclaude mcp add baton -- npx -y baton-mcp\n')
  })

  it('the inspector gets command lines, which keep flags it knows itself for Baton', () => {
    const inspector = 'npx -y @modelcontextprotocol/inspector@2.12.0'
    const plain = hostConfig('inspector', installation, { place: linux })
    expect(plain).not.toHaveProperty('file')
    expect(plain).not.toHaveProperty('json')
    expect(plain.text).toContain(`\n${inspector} /opt/node /src/baton/dist/main.js\n`)
    expect(plain.text).toContain(
      `\n${inspector} --cli /opt/node /src/baton/dist/main.js --method tools/list\n`,
    )
    const flagged = hostConfig('inspector', { ...installation, flags: ['--config', '/c'] }, { place: linux })
    expect(flagged.text).toContain(`\n${inspector} -- /opt/node /src/baton/dist/main.js --config /c\n`)
    expect(flagged.text).toContain(
      `\n${inspector} --cli --method tools/list -- /opt/node /src/baton/dist/main.js --config /c\n`,
    )
  })

  it('on Windows npx is started through a shell, and words are in double quotes', () => {
    const spaced = { ...installation, node: 'C:\\Program Files\\nodejs\\node.exe' }
    const config = hostConfig('claude-code', spaced, { place: windows })
    expect(config.text).toContain('claude mcp add baton -- "C:\\Program Files\\nodejs\\node.exe" /src/')
    expect(hostConfig('cursor', installation, { npx: true, place: windows }).json).toEqual({
      mcpServers: { baton: { command: 'cmd', args: ['/c', 'npx', '-y', 'baton-mcp'] } },
    })
  })
})

describe('the file of each host', () => {
  const roaming = { ...windows, env: { APPDATA: 'E:\\Roaming' } }
  const moved = { ...linux, env: { XDG_CONFIG_HOME: '/conf' } }
  it.each([
    ['claude-desktop', linux, '/home/ann/.config/Claude/claude_desktop_config.json'],
    ['claude-desktop', moved, '/conf/Claude/claude_desktop_config.json'],
    ['claude-desktop', mac, '/Users/ann/Library/Application Support/Claude/claude_desktop_config.json'],
    ['claude-desktop', windows, 'C:\\Users\\ann\\AppData\\Roaming\\Claude\\claude_desktop_config.json'],
    ['claude-desktop', roaming, 'E:\\Roaming\\Claude\\claude_desktop_config.json'],
    ['cursor', linux, '/home/ann/.cursor/mcp.json'],
    ['cursor', windows, 'C:\\Users\\ann\\.cursor\\mcp.json'],
    ['claude-code', mac, '/code/plan/.mcp.json'],
    ['vscode', linux, '/code/plan/.vscode/mcp.json'],
    ['vscode', windows, 'D:\\plan\\.vscode\\mcp.json'],
  ] as const)('%s', (host, place, file) => {
    expect(hostConfig(host, installation, { place }).file).toBe(file)
  })
})

describe('--write', () => {
  let directory: string
  let place: Place
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-hosts-'))
    place = { platform: 'linux', home: directory, cwd: directory, env: {} }
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  const fileIn = () => join(directory, '.vscode', 'mcp.json')
  const write = () => writeHostConfig(hostConfig('vscode', installation, { place }))
  const put = async (text: string) => {
    await mkdir(dirname(fileIn()), { recursive: true })
    await writeFile(fileIn(), text)
  }
  const content = () => readFile(fileIn(), 'utf8')
  const names = () => readdir(dirname(fileIn()))
  const baton = { type: 'stdio', ...here }

  const refused = async (): Promise<Failure> => {
    const error = await write().then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(Failure)
    return error as Failure
  }

  it.each(['claude-desktop', 'claude-code', 'cursor', 'vscode'] as const)(
    'creates the file of %s',
    async (host) => {
      const config = hostConfig(host, installation, { place })
      expect(await writeHostConfig(config)).toBe(`Created ${config.file} with the server baton.`)
      expect(await readFile(config.file ?? '', 'utf8')).toBe(`${JSON.stringify(config.json, null, 2)}\n`)
      expect((await readdir(dirname(config.file ?? ''))).filter((name) => /bak|tmp/.test(name))).toEqual([])
    },
  )

  it('keeps every other key and server, and a backup', async () => {
    const before = `${JSON.stringify({ inputs: [{ id: 'k' }], servers: { other: { url: 'u', n: 1 } }, z: null }, null, '\t')}\n`
    await put(before)
    expect(await write()).toBe(
      `Added the server baton in ${fileIn()}; the file as it was before the first change is ${fileIn()}.bak.`,
    )
    const after = { inputs: [{ id: 'k' }], servers: { other: { url: 'u', n: 1 }, baton }, z: null }
    expect(await content()).toBe(`${JSON.stringify(after, null, '\t')}\n`)
    expect(await readFile(`${fileIn()}.bak`, 'utf8')).toBe(before)
    expect((await names()).sort()).toEqual(['mcp.json', 'mcp.json.bak'])
  })

  it('updates an earlier entry and keeps what its user added', async () => {
    const env = { BATON_LOG_LEVEL: 'debug' }
    const args = ['--config', 'baton.yaml']
    await put(JSON.stringify({ servers: { baton: { command: 'old', args, env }, z: {} } }))
    expect(await write()).toMatch(
      /^Updated the server baton .* Its entry no longer has: --config baton\.yaml\.$/,
    )
    expect(JSON.parse(await content())).toEqual({ servers: { baton: { env, ...baton }, z: {} } })
  })

  it('replaces an entry that was a remote server', async () => {
    await put(JSON.stringify({ servers: { baton: { type: 'http', url: 'http://localhost' } } }))
    await write()
    expect(JSON.parse(await content())).toEqual({ servers: { baton } })
  })

  it('changes nothing when the entry is there already', async () => {
    await write()
    const { mtimeMs, ino } = await stat(fileIn())
    expect(await write()).toContain('nothing was changed')
    expect(await stat(fileIn())).toMatchObject({ mtimeMs, ino })
    expect(await names()).toEqual(['mcp.json'])
  })

  it('takes an empty file and one with a byte order mark', async () => {
    await put('')
    await write()
    expect(JSON.parse(await content())).toEqual({ servers: { baton } })
    await put('\uFEFF{"a": 1}')
    await write()
    expect(JSON.parse(await content())).toEqual({ a: 1, servers: { baton } })
  })

  it('puts a new file in the place of the old one, with its mode', async () => {
    await put('{}')
    await chmod(fileIn(), 0o600)
    const before = await stat(fileIn())
    await write()
    const after = await stat(fileIn())
    expect(after.ino).not.toBe(before.ino)
    expect(after.mode).toBe(before.mode)
  })

  it('writes through a link', async () => {
    await put('{}')
    const kept = join(directory, 'kept.json')
    await writeFile(kept, '{"a": 1}')
    await rm(fileIn())
    await symlink(kept, fileIn())
    await write()
    expect((await lstat(fileIn())).isSymbolicLink()).toBe(true)
    expect(JSON.parse(await readFile(kept, 'utf8'))).toEqual({ a: 1, servers: { baton } })
  })

  it.each([
    ['{"servers": ', 'is not valid JSON'],
    ['{"url": "http://x" "b": 1}', 'is not valid JSON'],
    ['{\n  // mine\n  "servers": {}\n}', 'has comments, which rewriting would lose'],
    ['{"a": "x" /* mine */}', 'has comments, which rewriting would lose'],
    ['[]', 'does not hold a JSON object'],
    ['{"servers": []}', 'is not an object'],
  ])('refuses %s, changes nothing and says what to paste', async (text, why) => {
    await put(text)
    const failure = await refused()
    expect(failure.code).toBe('conflict')
    expect(failure.message).toContain(fileIn())
    expect(failure.message).toContain(`${why}; nothing was changed.`)
    expect(failure.hint).toBe(
      `Put this into it yourself:\n${JSON.stringify({ servers: { baton } }, null, 2)}`,
    )
    expect(await content()).toBe(text)
    expect(await names()).toEqual(['mcp.json'])
  })

  it('leaves the file as it is when no backup can be made', async () => {
    await put('{"a": 1}')
    await mkdir(`${fileIn()}.bak`)
    const failure = await refused()
    expect(failure.code).toBe('forbidden')
    expect(failure.message).toContain('could not be written')
    expect(await content()).toBe('{"a": 1}')
    expect((await names()).sort()).toEqual(['mcp.json', 'mcp.json.bak'])
  })

  it('has nowhere to write for the inspector', async () => {
    const error = await writeHostConfig(hostConfig('inspector', installation, { place })).catch(
      (e: unknown) => e,
    )
    expect((error as Failure).message).toBe('MCP Inspector keeps no file to write into.')
  })
})
