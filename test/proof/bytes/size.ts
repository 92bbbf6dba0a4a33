import { eventually } from '../../support/deadline.ts'
import { cpuMs, procIsThere, residentMiB } from '../../support/proc.ts'
import { type Attack, attack, expecting, invalidRequest, line, MiB, refusing, request } from './attack.ts'

const deep = (open: string, close: string, depth = 100_000): string =>
  open.repeat(depth) + close.repeat(depth)

/** A request with parameters of about this size, its id first or last. */
const large = (id: string, bytes: number, idLast = false): string => {
  const params = `"params":{"name":"start_run","arguments":{"goal":"${'x'.repeat(bytes)}"}}`
  return idLast
    ? `{"method":"tools/call",${params},"jsonrpc":"2.0","id":"${id}"}\n`
    : `{"jsonrpc":"2.0","id":"${id}","method":"tools/call",${params}}\n`
}

/** How much more memory a server may hold for a client that does not read, MiB. All answers would take 450. */
const mostUnread = 270

/** More than fits, in length or in depth. */
export const size: readonly Attack[] = [
  attack('a 9 MiB result, stored whole', async (wire, random) => {
    const { run_id } = await wire.call('start_run', { goal: 'a large result' })
    const { agent_id } = await wire.call('spawn_agent', { run_id, purpose: 'answer at length' })
    await wire.call('create_tasks', { run_id, tasks: [{ task: 'answer at length' }] })
    const { task, lease_token } = await wire.call('claim_task', { run_id, agent_id })
    const piece = `${random.int(0, 1e9)} ä€😀 \\ " \n`
    const result = piece.repeat(Math.floor((8.9 * MiB) / Buffer.byteLength(JSON.stringify(piece))))
    const { status } = await wire.call('complete_task', { task_id: task.task_id, lease_token, result })
    if (status !== 'done') return `complete_task answers ${status}`
    let read = ''
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const part = await wire.call('get_task', { task_id: task.task_id, offset })
      if (/\p{Surrogate}/u.test(part.result)) return 'a part of it ends in half a character'
      read += part.result
      offset = part.next_offset
    }
    return read === result ? undefined : `read back ${read.length} characters of ${result.length}, or others`
  }),
  attack('a 9 MiB goal', async (wire) => {
    const answer = wire.answer('goal')
    await wire.write(large('goal', 9 * MiB))
    const text = JSON.stringify(await answer)
    if (!text.includes('invalid_argument')) return `answered ${text.slice(0, 200)}`
    return text.length < 10_000 ? undefined : `the refusal has ${text.length} characters`
  }),
  attack('five million arguments', async (wire) => {
    const answer = wire.answer('list')
    await wire.write(
      `{"jsonrpc":"2.0","id":"list","method":"tools/call","params":{"name":"create_tasks","arguments":{"tasks":[${'0,'.repeat(4_500_000)}0]}}}\n`,
    )
    const text = JSON.stringify(await answer)
    return text.includes('invalid_argument') && text.length < 10_000
      ? undefined
      : `answered ${text.slice(0, 200)}`
  }),
  attack('300,000 unknown arguments', async (wire) => {
    const answer = wire.answer('keys')
    const keys = Array.from({ length: 300_000 }, (_, i) => `"k${i}":0`).join()
    await wire.write(
      `{"jsonrpc":"2.0","id":"keys","method":"tools/call","params":{"name":"get_run","arguments":{${keys}}}}\n`,
    )
    const text = JSON.stringify(await answer)
    return text.includes('invalid_argument') && text.length < 10_000
      ? undefined
      : `answered ${text.slice(0, 200)}`
  }),
  attack('11 MiB, its id first', (wire) => refusing(wire, 'first', large('first', 11 * MiB), invalidRequest)),
  attack('11 MiB, its id last', (wire) =>
    refusing(wire, 'last', large('last', 11 * MiB, true), invalidRequest),
  ),
  attack('11 MiB of garbage', (wire) =>
    expecting(wire, `${'x'.repeat(11 * MiB)}\n`, { [invalidRequest]: 1 }),
  ),
  attack('50 MiB in one line', async (wire) => {
    const before = wire.unaddressed.length
    for (let i = 0; i < 50; i++) await wire.write('x'.repeat(MiB))
    await wire.write('\n')
    await wire.ping()
    const answers = wire.unaddressed.length - before
    return answers === 1 ? undefined : `answered ${answers} times`
  }),
  attack('9 MiB of blanks', (wire) => expecting(wire, `${' '.repeat(9 * MiB)}\n`, {})),
  attack('100,000 lists in each other', (wire) =>
    refusing(
      wire,
      'lists',
      `{"jsonrpc":"2.0","id":"lists","method":"tools/call","params":{"name":"start_run","arguments":{"goal":${deep('[', ']')}}}}\n`,
      invalidRequest,
    ),
  ),
  attack('100,000 objects in each other', (wire) =>
    expecting(wire, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`, { [invalidRequest]: 1 }),
  ),
  attack('a wall of brackets', (wire, random) =>
    expecting(wire, `${random.pick(['[', '{"a":['])}${'['.repeat(random.int(1_000, 1_000_000))}\n`, {
      [invalidRequest]: 1,
    }),
  ),
  attack('as deep as is read', async (wire) => {
    const inside = JSON.parse(deep('[', ']', 150))
    const { run_id } = await wire.call('start_run', { goal: 'deep' })
    const { checkpoint_id } = await wire.call('create_checkpoint', { run_id, state: inside })
    const { state } = await wire.call('rollback_to_checkpoint', { checkpoint_id })
    return JSON.stringify(state) === JSON.stringify(inside) ? undefined : 'the notes came back otherwise'
  }),
  attack('many answers that nobody reads', async (wire, random) => {
    const base = `unread-${random.int(0, 1e9)}`
    const ids = Array.from({ length: 8_000 }, (_, i) => `${base}-${i}`)
    const answers = Promise.all(ids.map((id) => wire.answer(id, 60_000)))
    const pid = await wire.server.pid
    const before = procIsThere() ? residentMiB(pid) : 0
    const { stdout } = wire.server.child
    stdout?.pause()
    void wire.write(ids.map((id) => line(request(id, 'tools/list'))).join(''))
    // It stops reading when too much of what it said is unread, and then has nothing to do.
    if (procIsThere()) await standsStill(pid)
    const grown = procIsThere() ? residentMiB(pid) - before : 0
    stdout?.resume()
    await answers
    return grown < mostUnread ? undefined : `the server grew by ${Math.round(grown)} MiB`
  }),
]

/** Resolves when a process has used no CPU time for a while. */
const standsStill = (pid: number): Promise<true> => {
  let before = -1
  let still = 0
  return eventually(20_000, 'a server that waits for its reader', () => {
    const now = cpuMs(pid)
    still = now === before ? still + 1 : 0
    before = now
    return still >= 5 || undefined
  })
}
