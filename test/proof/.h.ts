import { histories } from '/work/main/test/proof/histories.ts'
const [seed = '1', n = '20', len = '200'] = process.argv.slice(2)
const t = performance.now()
const o = await histories({ seed: +seed, histories: +n, length: +len, processes: 2 })
console.log(o.ok, JSON.stringify(o.seen), o.detail.length > 6000 ? o.detail.slice(0, 600) + '\n...\n' + o.detail.slice(-3500) : o.detail, ((performance.now() - t) / 1000).toFixed(1), 's')
