import { bytes } from './bytes.ts'
const [seed = '1', n = '1'] = process.argv.slice(2)
const t = performance.now()
const o = await bytes({ seed: +seed, rounds: +n })
console.log(o.ok, JSON.stringify(o.seen), o.detail.slice(0, 9000), ((performance.now() - t) / 1000).toFixed(1), 's')
