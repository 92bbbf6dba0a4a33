import { histories } from '/work/main/test/proof/histories.ts'
const [seed = '1', n = '20', len = '200', only] = process.argv.slice(2)
const t = performance.now()
const o = await histories({ seed: +seed, histories: +n, length: +len, only: only === undefined ? undefined : +only })
console.log(o.ok, JSON.stringify(o.seen), o.detail.slice(-6000), ((performance.now() - t) / 1000).toFixed(1), 's')
