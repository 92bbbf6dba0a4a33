import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/telemetry/log.ts'
import { Lines } from './lines.ts'

describe('the log', () => {
  it('writes one JSON line an entry, from its level up', () => {
    const lines = new Lines()
    const log = createLog('info', lines)
    log.debug('unheard')
    log.info({ correlation: 'call_1' }, 'heard')
    expect(lines.lines).toMatchObject([{ level: 30, correlation: 'call_1', msg: 'heard' }])
    expect(lines.lines[0]?.time).toMatch(/^\d{4}-/)
  })

  it('drops lines rather than memory when nobody reads', () => {
    const clogged = new Writable({ write: () => undefined })
    const log = createLog('info', clogged)
    for (let i = 0; i < 5_000; i++) log.info('x'.repeat(1_000))
    expect(clogged.writableLength).toBeLessThan(1_100_000)
  })

  it('survives a reader that went away', async () => {
    const gone = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) })
    const log = createLog('info', gone)
    log.info('one')
    await new Promise((resolve) => setImmediate(resolve))
    expect(() => log.info('two')).not.toThrow()
  })
})
