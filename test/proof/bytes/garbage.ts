import type { Random } from '../../support/random.ts'
import {
  type Attack,
  attack,
  expecting,
  invalidRequest,
  line,
  parseError,
  refusals,
  request,
} from './attack.ts'

const random256 = (random: Random, count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, () => random.int(0, 255)))

/** What is no JSON, or not in UTF-8: answered as such, line by line, and nothing else happens. */
export const garbage: readonly Attack[] = [
  attack('random bytes', async (wire, random) => {
    const lines = Array.from({ length: random.int(1, 50) }, () => random256(random, random.int(1, 3_000)))
    const counts = await refusals(
      wire,
      Buffer.concat(lines.flatMap((one) => [Buffer.from('{'), one, Buffer.from('\n')])),
    )
    return (counts[parseError] ?? 0) + (counts[invalidRequest] ?? 0) >= lines.length
      ? undefined
      : 'a line went unanswered'
  }),
  attack('cut JSON', (wire, random) => {
    const whole = JSON.stringify(request('cut', 'tools/call', { name: 'list_runs', arguments: {} }))
    return expecting(wire, `${whole.slice(0, random.int(1, whole.length - 1))}\n`, { [parseError]: 1 })
  }),
  attack('half a character', (wire, random) => {
    const bytes = Buffer.from(line(request('half', 'ping', { text: 'ü€😀'.repeat(3) })))
    const cut = bytes.findIndex((byte, i) => byte >= 0x80 && i % 3 === random.int(0, 2))
    const broken =
      cut === -1 ? Buffer.concat([Buffer.from([0xff]), bytes]) : bytes.filter((_, i) => i !== cut)
    return expecting(wire, Buffer.from(broken), { [parseError]: 1 })
  }),
  attack('overlong and surrogate bytes', (wire) =>
    expecting(
      wire,
      Buffer.concat(
        [[0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80]].map((bytes) =>
          Buffer.from([0x22, ...bytes, 0x22, 0x0a]),
        ),
      ),
      { [parseError]: 4 },
    ),
  ),
  attack('NULs', (wire, random) =>
    expecting(wire, `${'\0'.repeat(random.int(1, 10_000))}\n`, { [parseError]: 1 }),
  ),
  attack('a NUL inside of JSON', (wire) =>
    expecting(wire, '{"jsonrpc":"2.0",\0"id":1,"method":"ping"}\n', { [parseError]: 1 }),
  ),
  attack('blank lines', (wire) => expecting(wire, '\n\r\n \n\t\r\n'.repeat(500), {})),
  attack('scalars', (wire) => expecting(wire, '1\n"a"\nnull\ntrue\n', { [invalidRequest]: 4 })),
  attack('batches', (wire) =>
    expecting(wire, `[]\n${line([request(1), request(2)])}${line([[[]]])}`, { [invalidRequest]: 3 }),
  ),
  attack('no JSON numbers and words', (wire) =>
    expecting(wire, 'NaN\nInfinity\n01\nundefined\n', { [parseError]: 4 }),
  ),
]
