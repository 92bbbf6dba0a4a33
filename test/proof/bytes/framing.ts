import { type Attack, attack, line, request } from './attack.ts'

/** Right messages in unusual pieces: each is answered. */
export const framing: readonly Attack[] = [
  attack('a message split at every byte', async (wire) => {
    const text = 'ä€😀 in pieces'
    const answer = wire.answer('split')
    const message = request('split', 'tools/call', {
      name: 'start_run',
      arguments: { goal: text, name: text },
    })
    for (const byte of Buffer.from(line(message))) await wire.write(Buffer.from([byte]))
    const { result } = await answer
    return result?.structuredContent?.run_id && !result.isError ? undefined : 'was not carried out'
  }),
  attack('messages cut at random places', async (wire, random) => {
    const ids = Array.from({ length: 200 }, (_, i) => `piece-${random.int(0, 1e9)}-${i}`)
    const answers = Promise.all(ids.map((id) => wire.answer(id)))
    const bytes = Buffer.from(ids.map((id) => line(request(id, 'ping', { text: 'ü😀' }))).join(''))
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.int(1, 700)
      await wire.write(bytes.subarray(at, end))
      at = end
    }
    await answers
    return undefined
  }),
  attack('CRLF, BOM and white space around', async (wire) => {
    const forms = ['\ufeff%', '%\r', ' \t%\t ', '\ufeff %\r']
    const answers = Promise.all(forms.map((_, i) => wire.answer(`form-${i}`)))
    await wire.write(
      forms.map((form, i) => `${form.replace('%', JSON.stringify(request(`form-${i}`)))}\n`).join(''),
    )
    await answers
    return undefined
  }),
  attack('10,000 messages in one write', async (wire, random) => {
    const base = `tiny-${random.int(0, 1e9)}`
    const ids = Array.from({ length: 10_000 }, (_, i) => `${base}-${i}`)
    const answers = Promise.all(ids.map((id) => wire.answer(id)))
    await wire.write(ids.map((id) => line(request(id))).join(''))
    await answers
    return undefined
  }),
  attack('1,000 calls in one write', async (wire, random) => {
    const { run_id } = await wire.call('start_run', { goal: 'many at once' })
    const base = `call-${random.int(0, 1e9)}`
    const ids = Array.from({ length: 1_000 }, (_, i) => `${base}-${i}`)
    const answers = Promise.all(ids.map((id) => wire.answer(id)))
    const params = { name: 'create_checkpoint', arguments: { run_id } }
    await wire.write(ids.map((id) => line(request(id, 'tools/call', params))).join(''))
    const failed = (await answers).filter(({ result }) => !result || result.isError)
    return failed.length === 0 ? undefined : `${failed.length} were not carried out`
  }),
]
