import {
  type Attack,
  attack,
  expecting,
  invalidRequest,
  line,
  refusals,
  refusing,
  request,
} from './attack.ts'

const call = (id: unknown, args: string): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":{"name":"start_run","arguments":${args}}}\n`

/** Well-formed JSON that is no conversation. */
export const protocol: readonly Attack[] = [
  attack('answers to nothing', (wire) =>
    expecting(
      wire,
      [
        { jsonrpc: '2.0', id: 'nobody', result: {} },
        { jsonrpc: '2.0', id: 99_999, result: { content: [] } },
        { jsonrpc: '2.0', id: 'nobody', error: { code: 1, message: 'no' } },
      ]
        .map(line)
        .join(''),
      {},
    ),
  ),
  attack('notifications of nothing', (wire, random) => {
    const notes = [
      { method: 'notifications/cancelled', params: { requestId: 'nobody' } },
      { method: 'notifications/cancelled', params: { requestId: {} } },
      { method: 'notifications/cancelled' },
      { method: 'notifications/progress', params: { progressToken: 5, progress: 1 } },
      { method: 'notifications/initialized' },
      { method: 'notifications/roots/list_changed' },
      { method: 'notifications/made_up', params: { a: [] } },
    ]
    const many = Array.from({ length: 3_000 }, () => line({ jsonrpc: '2.0', ...random.pick(notes) }))
    return expecting(wire, many.join(''), {})
  }),
  attack('the same id twice at once', async (wire, random) => {
    const id = `twice-${random.int(0, 1e9)}`
    const answers = wire.gather(id)
    await wire.call('start_run', { goal: 'wait' })
    const params = { name: 'observe_events', arguments: { after: 'now', timeout_ms: 300 } }
    await wire.write(line(request(id, 'tools/call', params)).repeat(3))
    await wire.ping()
    const refused = answers.filter(({ error }) => error?.code === invalidRequest).length
    if (refused !== 2) return `${refused} of 2 were refused while the first was under way`
    // Once it is answered, its id is free again.
    while (answers.length < 3) await wire.call('observe_events', { after: 'now', timeout_ms: 100 })
    await wire.write(line(request(id)))
    await wire.ping()
    return answers.length === 4 ? undefined : `${answers.length} answers in all, not 4`
  }),
  ...[
    0,
    -1,
    2 ** 53 - 1,
    '',
    ' ',
    '0',
    'null',
    '__proto__',
    'constructor',
    '\ud83d\ude00',
    '\ud800',
    '\0',
  ].map((id) =>
    attack(`the id ${JSON.stringify(id)}`, async (wire) => {
      const answers = wire.gather(id)
      await wire.write(line(request(id)))
      await wire.ping()
      return answers.length === 1 && answers[0]?.result ? undefined : `${answers.length} answers`
    }),
  ),
  attack('ids that are none', (wire) =>
    expecting(
      wire,
      ['null', 'true', '{}', '[]', '[1]', '9007199254740993', '1e400']
        .map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`)
        .join(''),
      {
        [invalidRequest]: 7,
      },
    ),
  ),
  attack('a very long id', async (wire, random) => {
    const id = 'i'.repeat(random.int(10_000, 300_000))
    const { result } = await wire.request(id, 'ping')
    return result ? undefined : 'was refused'
  }),
  attack('a fraction as an id', async (wire) => {
    const answers = wire.gather(1.5)
    const counts = await refusals(wire, line(request(1.5)))
    return answers.length + (counts[invalidRequest] ?? 0) === 1 ? undefined : 'was not answered once'
  }),
  attack('__proto__', (wire) =>
    refusing(wire, 'proto', call('proto', '{"goal":"x","__proto__":{"isError":true}}'), invalidRequest),
  ),
  attack('__proto__ in escapes, deep inside', (wire) =>
    refusing(
      wire,
      'escaped',
      call('escaped', '{"goal":"x","settings":{"a":[{"\\u005f\\u005fproto__":1}]}}'),
      invalidRequest,
    ),
  ),
  attack('names that objects inherit', async (wire, random) => {
    const name = random.pick([
      'constructor',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'prototype',
      'isPrototypeOf',
    ])
    const { result } = await wire.request(`inherited-${name}-${random.int(0, 1e9)}`, 'tools/call', {
      name,
      arguments: {},
    })
    return result?.structuredContent?.error?.code === 'not_found' ? undefined : `the tool ${name} was found`
  }),
  attack('methods that are none', async (wire, random) => {
    for (const method of ['', 'no/such', '__proto__', 'constructor', 'tools/call/', 'x'.repeat(100_000)]) {
      const { error } = await wire.request(`method-${random.int(0, 1e9)}`, method)
      if (error?.code !== -32601)
        return `${method.slice(0, 20)} was answered ${JSON.stringify(error).slice(0, 100)}`
    }
    return undefined
  }),
  attack('params of the wrong kind', async (wire, random) => {
    for (const params of [[], null, 'x', 1, { name: 1 }, { name: null, arguments: {} }, {}]) {
      const id = `params-${random.int(0, 1e9)}`
      const answer = wire.answer(id)
      await wire.write(line(request(id, 'tools/call', params)))
      const { error, result } = await answer
      if (!error && !result?.isError) return `${JSON.stringify(params)} was taken`
    }
    return undefined
  }),
  attack('hello said again', async (wire, random) => {
    const clientInfo = { name: 'again', version: '1' }
    const params = { protocolVersion: '1999-01-01', capabilities: {}, clientInfo }
    await wire.request(`again-${random.int(0, 1e9)}`, 'initialize', params)
    return undefined
  }),
]
