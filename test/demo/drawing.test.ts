import { describe, expect, it } from 'vitest'
import { type Board, emptyBoard, evolve, type Seen } from '../../src/demo/board.ts'
import { differences } from '../../src/demo/differences.ts'
import { harmless, size, tail } from '../../src/demo/format.ts'
import { Screen } from '../../src/demo/screen.ts'
import { table } from '../../src/demo/table.ts'
import { tree } from '../../src/demo/tree.ts'

const plain = (_style: unknown, text: string) => text

const seen = (type: string, subject: string, data: object = {}): Seen => ({
  seq: 0,
  type,
  subject,
  at: '2026-01-01T00:00:00.000Z',
  data,
})

const boardOf = (...events: readonly Seen[]): Board => events.reduce(evolve, emptyBoard)

const story = [
  seen('task.created', 'tsk_1', { key: 'map-01' }),
  seen('task.created', 'tsk_2', { key: 'map-02' }),
  seen('task.created', 'tsk_3', { key: 'merge' }),
  seen('task.claimed', 'tsk_1', { by: 'agt_1', attempt: 1, lease_ends_at: 5_000 }),
  seen('task.claimed', 'tsk_2', { by: 'agt_2', attempt: 1, lease_ends_at: 5_000 }),
  seen('task.progressed', 'tsk_1', { note: 'src/a.ts', percent: 40, lease_ends_at: 6_000 }),
  seen('task.completed', 'tsk_2', { by: 'agt_2' }),
]

const drawn = (board: Board, killed: readonly string[] = []) =>
  tree(
    {
      title: 'run_1',
      many: 'map',
      one: 'merge',
      workers: new Map([
        ['agt_1', 'ada'],
        ['agt_2', 'grace'],
      ]),
      killed: new Set(killed),
    },
    board,
    { now: 4_500, since: 0 },
    plain,
    80,
  )

describe('the tree', () => {
  it('shows who is at what, and what waits for what', () => {
    expect(drawn(boardOf(...story))).toEqual([
      'run_1  4.5 s',
      '├─ map    ████████████░░░░░░░░░░░░ 1 of 2',
      '│  ├─ ada    map-01    ████░░░░░░  40 %  src/a.ts',
      '│  └─ grace  1 task done',
      '└─ merge  waits for 1 task',
    ])
  })

  it('counts down the lease of a worker that was killed', () => {
    expect(drawn(boardOf(...story), ['ada'])[2]).toBe(
      '│  ├─ ada    killed with -9; its lease on map-01 ends in 1.5 s',
    )
  })

  it('names the attempt of a task that was taken over', () => {
    const ended = seen('task.lease_ended', 'tsk_1', { by: 'agt_1', why: 'expired' })
    const again = seen('task.claimed', 'tsk_1', { by: 'agt_2', attempt: 2, lease_ends_at: 9_000 })
    expect(drawn(boardOf(...story, ended, again), ['ada']).slice(2, 4)).toEqual([
      '│  ├─ ada    killed with -9',
      '│  └─ grace  map-01    ░░░░░░░░░░   0 % attempt 2  ',
    ])
  })

  it('forgets tasks that were undone', () => {
    expect(boardOf(...story, seen('task.undone', 'tsk_3')).tasks.has('tsk_3')).toBe(false)
  })
})

/** As it is written where the terminal shall cut long lines. */
const unwrapped = (text: string) => `\u001b[?7l${text}\u001b[?7h`

describe('the screen', () => {
  const screenOf = (tty: boolean, env: Record<string, string> = {}) => {
    const written: string[] = []
    const out = { isTTY: tty, columns: 80, rows: 3, write: (text: string) => written.push(text) }
    return { written, screen: new Screen(out, env) }
  }

  it('renews a drawing in place and keeps lines above it', () => {
    const { screen, written } = screenOf(true)
    screen.draw(['one', 'two'])
    screen.draw(['three'])
    screen.say('stays')
    screen.keep()
    screen.say('after')
    expect(written).toEqual([
      `\u001b[?25l${unwrapped('one\ntwo\n')}`,
      `\u001b[2A\r\u001b[0J${unwrapped('three\n')}`,
      `\u001b[1A\r\u001b[0Jstays\n${unwrapped('three\n')}`,
      '\u001b[?25h',
      'after\n',
    ])
  })

  it('draws no more than fits, or the next drawing would not find its beginning', () => {
    const { screen, written } = screenOf(true)
    screen.draw(['1', '2', '3', '4'])
    expect(written).toEqual([`\u001b[?25l${unwrapped('1\n2\n')}`])
  })

  it.each([
    ['a pipe', false, {}],
    ['a dumb terminal', true, { TERM: 'dumb' }],
    ['a CI run', true, { CI: '1', NO_COLOR: '1' }],
  ])('writes plain lines to %s', (_what, tty, env) => {
    const { screen, written } = screenOf(tty, env as Record<string, string>)
    screen.draw(['never'])
    screen.keep()
    screen.say(screen.paint('red', 'line'))
    expect(written).toEqual(['line\n'])
  })

  it('draws without colours under NO_COLOR', () => {
    const { screen } = screenOf(true, { NO_COLOR: '1' })
    expect([screen.live, screen.paint('red', 'x')]).toEqual([true, 'x'])
  })
})

describe('what is shown', () => {
  it('cannot steer the terminal by the name of a file', () => {
    expect(harmless('a\u001b[2Jb\nc\u202ed')).toBe('a·[2Jb·c·d')
  })

  it('cuts a path at its beginning', () => {
    expect([tail('src/main.ts', 8), tail('short', 8)]).toEqual(['…main.ts', 'short'])
  })

  it('names sizes', () => {
    expect([0, 1, 999, 12_345, 1_440_000].map(size)).toEqual([
      '0 bytes',
      '1 byte',
      '999 bytes',
      '12 KB',
      '1.4 MB',
    ])
  })

  it('gives ten extensions a row and adds up the rest', () => {
    const tally = { files: 1, lines: 2, blank: 0, words: 3, bytes: 10, packed: 5, markers: 0 }
    const by_extension = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`x${i}`, tally]))
    const lines = table({ by_extension, longest_file: null, longest_line: null }, plain, 80)
    expect(
      lines
        .find((line) => line.includes('2 others'))
        ?.split(/\s+/)
        .slice(3, 5),
    ).toEqual(['2', '4'])
    expect(
      lines
        .find((line) => line.includes('total'))
        ?.split(/\s+/)
        .slice(2, 7),
    ).toEqual(['12', '24', '0', '36', '120'])
  })
})

describe('differences', () => {
  it.each([
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    [{ a: { b: 1 } }, { a: { b: 2 } }, ['a.b: 2 instead of 1']],
    [{ a: 1 }, {}, ['a: nothing instead of 1']],
    [{}, { a: null }, ['a: null instead of nothing']],
    [{ a: [] }, { a: {} }, ['a: {} instead of []']],
    [1, 2, ['all: 2 instead of 1']],
  ])('of %j and %j', (expected, found, lines) => {
    expect(differences(expected, found)).toEqual(lines)
  })
})
