import { Wire } from './wire.ts'
import { line, request } from './bytes/attack.ts'
const w = new Wire('/tmp/dbg/x.db')
await w.hello()
const a = w.gather('q')
console.log(JSON.stringify(line(request('q'))))
await w.write(line(request('q')))
await w.ping()
console.log(a, w.faults, w.unaddressed)
await w.end()
