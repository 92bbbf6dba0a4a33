import { drawsOf } from './histories.ts'
import { live } from './histories/history.ts'
import { schema, streams } from '../../src/primitives/index.ts'
import { SqliteStore } from '../../src/storage/sqlite/store.ts'
import { mkdtempSync } from 'node:fs'
const dir = mkdtempSync('/tmp/cov-')
const t = dir + '/t.db'
await new SqliteStore({ file: t, durability: 'normal', streams, schema, clock: () => 0, newId: (p) => p + '_0' }).close()
const ev: Record<string, number> = {}, cmd: Record<string, Record<string, number>> = {}
for (let i = 0; i < 100; i++) {
  const told = await live(dir, t, drawsOf({ seed: 7, length: 200 }, i))
  if (told.fault) console.log(told.fault)
  for (const l of told.said) {
    const m = /^  \d+ \S+ (\S+)/.exec(l)
    if (m) { ev[m[1]!] = (ev[m[1]!] ?? 0) + 1; continue }
    if (l.startsWith('look at')) continue
    const r = l.split(' → ').at(-1)!
    const name = l.replace(/\S+_\S+/g, 'X').replace(/key-\d+/,'X').replace('[{','[{ ').split(' ').slice(0, 2).join(' ')
    const c = (cmd[name] ??= {}); c[r.length > 30 ? '-' : r] = (c[r.length > 30 ? '-' : r] ?? 0) + 1
  }
}
console.log(ev); console.log(cmd)
