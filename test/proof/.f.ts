(globalThis as any).st = {}
import { fuzz } from './fuzz.ts'
const [seed = '1', n = '1500', hands = '32'] = process.argv.slice(2)
const t = performance.now()
const o = await fuzz({ seed: +seed, calls: +n, hands: +hands })
console.log(o.ok, JSON.stringify(o.seen), o.detail.slice(0, 9000), ((performance.now() - t) / 1000).toFixed(1), 's')
console.log((globalThis as any).st)
