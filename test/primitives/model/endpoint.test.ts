import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allowanceProblem, endpointProblem } from '../../../src/primitives/model/decide-endpoint.ts'
import { isLoopback, mayReach, plainAddress } from '../../../src/primitives/model/decide-host.ts'
import { defaultAllowance, type EndpointAllowance } from '../../../src/primitives/model/terms.ts'

const byTool = (
  base_url: string,
  api_key_env: string | null = null,
  allow: EndpointAllowance = defaultAllowance,
) => endpointProblem({ base_url, api_key_env }, allow, 'tool')

describe('an endpoint registered by tool', () => {
  it.each([
    'http://localhost:11434/v1',
    'http://LOCALHOST/v1',
    'https://localhost',
    'http://127.0.0.1:8080/v1/',
    'http://127.255.3.4/v1',
    'http://[::1]:1234/v1',
  ])('may be at %s', (url) => {
    expect(byTool(url)).toBeUndefined()
  })

  it.each([
    ['another host', 'https://api.openai.com/v1'],
    ['a name that begins like this machine', 'http://localhost.evil.com/v1'],
    ['a name that begins like this machine', 'http://localhost-evil.com/v1'],
    ['a name that begins with a number of this machine', 'http://127.0.0.1.evil.com/v1'],
    ['a name that leads to this machine', 'http://127.0.0.1.nip.io/v1'],
    ['a name that ends like this machine', 'http://evil.localhost/v1'],
    ['a dot at the end', 'http://localhost./v1'],
    ['a dot at the end', 'http://127.0.0.1./v1'],
    ['a user', 'http://me@localhost/v1'],
    ['a password', 'http://localhost:11434@evil.com/v1'],
    ['a host behind a user', 'http://127.0.0.1@evil.com'],
    ['a short number', 'http://127.1/v1'],
    ['a decimal number', 'http://2130706433/v1'],
    ['an octal number', 'http://0177.0.0.1/v1'],
    ['leading zeros', 'http://127.0.0.01/v1'],
    ['a hexadecimal number', 'http://0x7f.0.0.1/v1'],
    ['every address', 'http://0.0.0.0/v1'],
    ['every address', 'http://0/v1'],
    ['every address', 'http://[::]/v1'],
    ['this machine mapped into IPv6', 'http://[::ffff:127.0.0.1]/v1'],
    ['this machine mapped into IPv6', 'http://[::ffff:7f00:1]/v1'],
    ['a long IPv6', 'http://[0:0:0:0:0:0:0:1]/v1'],
    ['a zone', 'http://[::1%25lo]/v1'],
    ['the metadata of a cloud', 'http://169.254.169.254/v1'],
    ['a name with escapes', 'http://%6cocalhost/v1'],
    ['full-width letters', 'http://ｌocalhost/v1'],
    ['full-width digits', 'http://１27.0.0.1/v1'],
    ['a full stop of another script', 'http://127。0。0。1/v1'],
    ['a backslash', 'http://localhost\\@evil.com/v1'],
    ['a fragment', 'http://localhost#@evil.com'],
    ['a query', 'http://localhost/v1?key=1'],
    ['a line break', 'http://local\nhost/v1'],
    ['a space before', ' http://localhost/v1'],
    ['a tab', 'http://localhost/\tv1'],
    ['dots in its path', 'http://localhost/v1/../admin'],
    ['escaped dots in its path', 'http://localhost/v1/%2e%2e/admin'],
    ['no host', 'http:///v1'],
    ['no slashes', 'http:localhost'],
    ['another scheme', 'file:///etc/passwd'],
    ['another scheme', 'ftp://localhost/'],
    ['another scheme', 'javascript:alert(1)'],
    ['another scheme', 'unix:/var/run/docker.sock'],
    ['no scheme', 'localhost:11434'],
    ['no port', 'http://localhost:0/v1'],
    ['a port with zeros', 'http://localhost:080/v1'],
    ['a port too high', 'http://localhost:65536/v1'],
    ['nothing', ''],
  ])('may not have %s: %s', (_what, url) => {
    const problem = byTool(url)
    expect(problem?.code).toBe('invalid_argument')
    expect(problem?.details).toEqual({ field: 'base_url' })
  })

  it('does not repeat a password in the refusal', () => {
    const problem = byTool('http://me:hunter2@localhost/v1')
    expect(JSON.stringify(problem?.report())).not.toContain('hunter2')
    expect(problem?.message).toContain('user name or password')
  })

  const allow: EndpointAllowance = {
    hosts: [
      'llm.example.com',
      '*.team.example.com',
      '*.lan:8000',
      '*.0.0.1',
      'gpu.example.com:8443',
      '10.1.0.0/16',
      '[fd00::1]',
    ],
    key_names: ['TEAM_KEY'],
  }

  it.each([
    ['https://llm.example.com/v1', true],
    ['https://LLM.example.com:9000/v1', true],
    ['https://a.team.example.com/v1', true],
    ['https://a.b.team.example.com:1234/v1', true],
    ['https://team.example.com/v1', false],
    ['https://evilteam.example.com/v1', false],
    ['https://team.example.com.evil.com/v1', false],
    ['http://gpu.lan:8000/v1', true],
    ['http://gpu.lan/v1', false],
    ['http://127.0.0.1/v1', false],
    ['https://gpu.example.com:8443/v1', true],
    ['https://gpu.example.com/v1', false],
    ['http://10.1.255.0/v1', true],
    ['http://10.2.0.0/v1', false],
    ['http://[fd00::1]:80/v1', true],
    ['https://sub.llm.example.com/v1', false],
    ['https://example.com/v1', false],
    ['http://localhost/v1', false],
  ])('is held to the hosts that the owner allows: %s', (url, fine) => {
    expect(byTool(url, null, allow) === undefined).toBe(fine)
  })

  it('may use only the keys that the owner allows, and sends them over no open line', () => {
    expect(byTool('https://llm.example.com/v1', 'TEAM_KEY', allow)).toBeUndefined()
    expect(byTool('https://llm.example.com/v1', 'AWS_SECRET_ACCESS_KEY', allow)?.details).toEqual({
      field: 'api_key_env',
    })
    expect(byTool('http://llm.example.com/v1', 'TEAM_KEY', allow)?.details).toEqual({ field: 'base_url' })
    expect(byTool('http://localhost/v1', 'TEAM_KEY')?.details).toEqual({ field: 'api_key_env' })
    expect(byTool('http://localhost/v1', 'sk-abc.def', allow)?.details).toEqual({ field: 'api_key_env' })
  })
})

describe('an allowance', () => {
  const problemOf = (hosts: readonly string[], key_names: readonly string[] = []) =>
    allowanceProblem({ hosts, key_names }, 'models_by_tool.')

  it('is fine as it comes, and with hosts, ports and ranges', () => {
    expect(allowanceProblem(defaultAllowance)).toBeUndefined()
    expect(
      problemOf(
        ['llm.example.com', 'a:8443', '[fd00::1]:80', '10.0.0.0/8', '0.0.0.0/0', '*.example.com', '*.lan:80'],
        ['A_KEY'],
      ),
    ).toBeUndefined()
  })

  it.each([
    '',
    '*',
    '*.',
    '*.*.com',
    'a.*',
    '*.0.0.1',
    'https://a',
    'a/v1',
    'a/',
    '10.0.0.1/',
    '10.0.0.0/33',
    '10.0/8',
    '127.1',
    'a:0',
    'me@a',
  ])('has no entry that could never fit: %j', (entry) => {
    expect(problemOf(['localhost', entry])?.details).toEqual({ field: 'models_by_tool.hosts[1]' })
    expect(mayReach(new URL('http://8.8.8.8/'), { hosts: [entry] })).toBe(false)
  })

  it('names keys and holds none', () => {
    expect(problemOf([], ['A_KEY', 'sk-abc'])?.details).toEqual({ field: 'models_by_tool.key_names[1]' })
  })
})

describe('an endpoint of the configuration', () => {
  const byOwner = (base_url: string, api_key_env: string | null = null) =>
    endpointProblem({ base_url, api_key_env }, defaultAllowance, 'config', 'models.near.')

  it('may be anywhere, with any key, as long as its address is plain', () => {
    expect(byOwner('https://api.openai.com/v1', 'OPENAI_API_KEY')).toBeUndefined()
    expect(byOwner('http://my_ollama:11434/v1', 'KEY')).toBeUndefined()
    expect(byOwner('https://llm.example.com./v1')?.message).toContain('ends with a dot')
    expect(byOwner('http://127.1/v1')?.message).toContain('models.near.base_url')
    expect(byOwner('https://me:pw@host/v1')?.details).toEqual({ field: 'models.near.base_url' })
    expect(byOwner('https://host/v1', 'not a name')?.details).toEqual({ field: 'models.near.api_key_env' })
  })
})

describe('the rules of hosts', () => {
  const piece = fc.constantFrom(
    ...[
      '127',
      '0',
      '1',
      '0x7f',
      '0177',
      '.',
      ':',
      '@',
      '/',
      '\\',
      '#',
      '?',
      '%2e',
      'localhost',
      'evil',
      'com',
      '[',
      ']',
    ],
    ...['::1', '::ffff:', ' ', '\t', '。', '１', '80', '-', '*', '2130706433'],
  )
  const url = fc
    .tuple(
      fc.constantFrom('http://', 'https://', 'http:/', 'HTTP://', 'ftp://'),
      fc.array(piece, { maxLength: 9 }),
    )
    .map(([scheme, pieces]) => scheme + pieces.join(''))

  it('let through by default only what is called at this machine', () => {
    let through = 0
    fc.assert(
      fc.property(url, (text) => {
        if (byTool(text) !== undefined) return
        through++
        const called = new URL(text)
        expect(called.username + called.password + called.search + called.hash).toBe('')
        expect(called.hostname).toMatch(/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/)
        // And whoever reads the text sees the same host.
        expect(text.toLowerCase().split('/')[2]?.replace(/:\d+$/, '')).toBe(called.hostname)
      }),
      { numRuns: 20_000 },
    )
    expect(through).toBeGreaterThan(20)
  })

  it('take for this machine exactly the numbers from 127.0.0.0 to 127.255.255.255', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isLoopback(address)).toBe(address.startsWith('127.'))
      }),
    )
    expect(isLoopback('127.0.0.256')).toBe(false)
  })

  it('allow a range exactly where its first bits agree', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, network, bits) => {
        const binary = (ip: string) =>
          ip
            .split('.')
            .map((part) => Number(part).toString(2).padStart(8, '0'))
            .join('')
        expect(mayReach(new URL(`http://${address}/`), { hosts: [`${network}/${bits}`] })).toBe(
          binary(address).slice(0, bits) === binary(network).slice(0, bits),
        )
      }),
    )
  })

  it('read a plain address as it stands', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const address = plainAddress(`https://${host}:${port}/v1`)
        expect('url' in address && address.url.hostname).toBe(host.toLowerCase())
      }),
    )
  })
})
