import type { Random } from '../../support/random.ts'

/** Names that mean something to objects of JavaScript. */
export const hiddenNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'toJSON',
  'length',
  '__defineGetter__',
] as const

/** Text that has broken programs before. None of it is a word that answers must not hold: they may repeat it. */
const trouble = [
  '',
  ' ',
  '\0',
  '\n\r\t',
  '\ud800',
  'a\udc00b',
  '\udbff\ud800',
  '\ufeff',
  '\u202e\u2066',
  '\u2028\u2029',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦',
  'ß'.repeat(100),
  'İ',
  "'; --",
  '" or ""="',
  '%_%',
  '?1',
  '$x',
  '{{purpose}}',
  '{{{{',
  '#{7*7}',
  '`id`',
  '| cat',
  '../..',
  '-1',
  '0',
  'NaN',
  'null',
  'undefined',
  'true',
  '2026-01-01T00:00:00Z',
  '9999999999999999999',
  'no1',
  'key5',
  '*',
  '**',
  'task.*',
  '(a+)+$',
  '</result>',
  '```',
  'run_',
  'tsk_aaaaaaaaaa',
  'agt_aaaaaaaaaa',
  'chk_aaaaaaaaaa',
  'lease_aaaaaaaaaaaaaaaaaaaaaaaa',
] as const

const plain = ['write', 'the', 'report', 'alpha', 'beta', 'gamma', 'check', 'typescript'] as const

/** A few plain words. */
export const words = (random: Random): string =>
  Array.from({ length: random.int(1, 3) }, () => random.pick(plain)).join(' ')

/** Text: mostly words, else trouble; now and then long. */
export const text = (random: Random): string => {
  const kind = random.next()
  if (kind < 0.4) return words(random)
  if (kind < 0.7) return random.pick(trouble)
  if (kind < 0.95) return random.pick(hiddenNames)
  if (kind < 0.998)
    return random.pick(['x', '\u00e4', '\ud83d\ude00', ' ', '\n']).repeat(random.int(50, 5_000))
  return random.pick(['x', '{"a":', '\u0000']).repeat(random.int(10_000, 300_000))
}
