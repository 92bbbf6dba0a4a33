import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Failure, type FailureCode, failureCodes } from '../../src/errors.ts'
import { defineTool } from '../../src/tools/tool.ts'
import { call, join } from './harness.ts'
import { failing, paint, refusal, watch } from './toys.ts'

const trap = {
  get message() {
    throw new Error('secret')
  },
}
const fence = { boards: [{ width: 3 }] }

describe('a call that succeeds', () => {
  it('answers structured content and the words of the tool', async () => {
    const { client } = await join({ tools: [paint] })
    const answer = await call(client, 'paint_fence', fence)
    expect(answer.isError).toBeUndefined()
    expect(answer.structured).toMatchObject({ painted: 1, coats: 1 })
    expect(answer.text).toBe('Painted 1 boards.')
  })

  it('records the session, the client and the agent that it says to be', async () => {
    const { client, store, connection } = await join({ tools: [paint] })
    await call(client, 'paint_fence', { ...fence, agent_id: 'agt_a' })
    await call(client, 'paint_fence', fence)
    const base = { session: connection.session.id, client: 'fence-painter 9.9' }
    expect(store.calls.map(({ actor }) => actor)).toEqual([{ ...base, as: 'agt_a' }, base])
    expect(new Set(store.calls.map(({ correlation }) => correlation)).size).toBe(2)
  })

  it('logs one line with correlation, tool, duration and code, and not the arguments', async () => {
    const { client, store, log } = await join({ tools: [paint] })
    await call(client, 'paint_fence', { ...fence, note: 'secret' })
    expect(log.lines).toHaveLength(1)
    expect(log.lines[0]).toMatchObject({
      correlation: store.calls[0]?.correlation,
      tool: 'paint_fence',
      code: 'ok',
    })
    expect(log.lines[0]?.ms).toBeTypeOf('number')
    expect(log.text).not.toContain('secret')
  })

  it('stays a success when only its words fail', async () => {
    const say = () => {
      throw new Error('slip')
    }
    const { client, log } = await join({ tools: [{ ...paint, say }] })
    const answer = await call(client, 'paint_fence', fence)
    expect(answer).toMatchObject({ isError: undefined, structured: { painted: 1 } })
    expect(answer.text).not.toContain('slip')
    expect(log.text).toContain('slip')
  })

  it('takes null for no arguments, as some clients send it', async () => {
    const { client } = await join({ tools: [failing(() => refusal)] })
    const request = { method: 'tools/call', params: { name: 'fail_now', arguments: null } }
    const result = await client.request(request, z.looseObject({}))
    expect(result).toMatchObject({ structuredContent: { error: { code: 'conflict' } } })
  })
})

describe('a call that cannot be read', () => {
  const refused = async (args: unknown) => {
    const { client } = await join({ tools: [paint, watch] })
    const { isError, error, text } = await call(client, 'paint_fence', args)
    expect(isError).toBe(true)
    expect(error).toMatchObject({ code: 'invalid_argument', retryable: false })
    expect(text.length).toBeLessThanOrEqual(3_000)
    expect(error?.message.length).toBeLessThanOrEqual(1_500)
    return error as NonNullable<typeof error>
  }

  it('names the tool nearest to an unknown one', async () => {
    const { client } = await join({ tools: [paint, watch] })
    const { error, isError, text } = await call(client, 'paint_fences')
    expect(isError).toBe(true)
    expect(error).toMatchObject({ code: 'not_found', message: 'There is no tool "paint_fences".' })
    expect(text).toContain('paint_fence;')
  })

  it('guesses at no tool when none is near, and points to the list', async () => {
    const { client } = await join({ tools: [paint, watch] })
    const { text } = await call(client, 'nosuch')
    expect(text).toContain('tools/list names all')
    expect(text).not.toContain('closest')
  })

  it.each(['', '__proto__', 'constructor', 'x'.repeat(100_000)])('knows no tool like %o', async (name) => {
    const { client } = await join({ tools: [paint] })
    const { error, text } = await call(client, name)
    expect(error?.code).toBe('not_found')
    expect(text.length).toBeLessThan(500)
  })

  it('names an unknown argument and the closest known one', async () => {
    const { message, hint } = await refused({ ...fence, coat: 2 })
    expect(message).toBe('coat: no such argument; the closest is coats.')
    expect(hint).toBe('paint_fence takes boards, note?, by?, painter?, labels?, coats?, agent_id?.')
  })

  it('names an unknown field inside of a list and its closest', async () => {
    const { message } = await refused({ boards: [{ width: 1 }, { width: 2, color: 'red' }] })
    expect(message).toBe('boards[1].color: no such argument; the closest is colour.')
  })

  it('names every failing field', async () => {
    const { message, details } = await refused({
      boards: [{ width: 0 }, { colour: 'blue' }],
      note: 4,
      by: 'noon',
      painter: { nme: 'x' },
      labels: [],
      coats: 1.5,
    })
    expect(message).toMatchInlineSnapshot(
      `"boards[0].width: Too small: expected number to be >=1; boards[1].width: is required; boards[1].colour: must be one of red, green; note: must be string, not number; by: Invalid ISO datetime; painter.name: is required; painter.nme: no such argument; the closest is name; labels: must be object, not array; coats: must be a whole number, not number."`,
    )
    expect(details?.field).toBe('boards[0].width')
  })

  it('tells a list sent as text how to be sent', async () => {
    const { message } = await refused({ boards: '[{"width":1}]' })
    expect(message).toBe('boards: must be array, not string: send it as JSON, not as text.')
  })

  it.each([['text'], [[1]], [7], [true]])('refuses arguments that are no object: %j', async (args) => {
    const { message } = await refused(args)
    expect(message).toMatch(/^must be object, not /)
  })

  it('refuses keys that are tricks of the language as unknown', async () => {
    const args = JSON.parse('{"boards":[],"__proto__":{"polluted":true},"constructor":1,"toString":2}')
    const { message } = await refused(args)
    for (const key of ['__proto__', 'constructor', 'toString']) expect(message).toContain(`${key}: no such`)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('keeps such keys out of free-form objects', async () => {
    const { client } = await join({ tools: [paint] })
    const args = JSON.parse('{"boards":[],"labels":{"a":1,"__proto__":{"polluted":true}}}')
    const { structured } = await call(client, 'paint_fence', args)
    expect(Object.getPrototypeOf(structured.labels)).toBe(Object.prototype)
    expect(structured.labels).toEqual({ a: 1 })
  })

  it('quotes no value, however long', async () => {
    const huge = 'x'.repeat(10_000_000)
    const report = await refused({ boards: [{ width: huge }], note: huge, painter: 5, [huge]: 1 })
    expect(JSON.stringify(report).length).toBeLessThan(6_000)
    expect(JSON.stringify(report)).not.toContain('x'.repeat(100))
  })

  it('stays small with a thousand faults', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`key_${i}`, i]))
    const report = await refused({ ...unknown, boards: [] })
    expect(JSON.stringify(report).length).toBeLessThan(6_000)
  })
})

describe('a call that fails', () => {
  const fail = async (thrown: unknown) => {
    const joined = await join({ tools: [failing(() => thrown)] })
    return { ...joined, ...(await call(joined.client, 'fail_now')) }
  }

  it.each(Object.keys(failureCodes) as FailureCode[])('answers %s from the catalogue', async (code) => {
    const { isError, error, text, log } = await fail(new Failure(code, 'No.', 'Do that.', { limit: 1 }))
    expect(isError).toBe(true)
    expect(error).toMatchObject({ code, message: 'No.', hint: 'Do that.', ...failureCodes[code] })
    expect(error?.details).toMatchObject({ limit: 1 })
    expect(text).toBe(`No. Do that. (${code})`)
    expect(log.lines[0]).toMatchObject({ code, tool: 'fail_now' })
  })

  it('keeps the failure whole', async () => {
    const { structured } = await fail(refusal)
    expect(structured).toEqual({ error: refusal.report() })
  })

  it.each([
    ['an SQL error', new Error('SQLITE_ERROR: no such column in "select secret from task" at /srv/secret/x')],
    ['a string', 'secret'],
    ['nothing', undefined],
    ['a zod error', new z.ZodError([{ code: 'custom', path: ['secret'], message: 'secret', input: 1 }])],
    ['an object that throws', trap],
  ])('hides %s behind a correlation id that the log knows', async (_, thrown) => {
    const { isError, error, text, structured, log } = await fail(thrown)
    expect(isError).toBe(true)
    expect(error).toMatchObject({ code: 'internal', retryable: false })
    for (const leak of ['secret', 'SQL', 'select', 'at /', '.ts:', 'node_modules']) {
      expect(text + JSON.stringify(structured)).not.toContain(leak)
    }
    const correlation = String(error?.details?.correlation)
    expect(correlation).toMatch(/^call_/)
    expect(text).toContain(correlation)
    expect(log.lines.find((line) => line.correlation === correlation)).toMatchObject({ code: 'internal' })
  })

  it('logs the cause', async () => {
    const { log } = await fail(new Error('the disk is gone'))
    expect(log.lines[0]?.err).toMatchObject({ message: 'the disk is gone' })
  })

  it('bounds what a failure quotes', async () => {
    const huge = 'x'.repeat(1_000_000)
    const many = Array.from({ length: 10_000 }, () => huge.slice(0, 1_000))
    const { structured } = await fail(
      new Failure('not_found', huge, huge, { id: huge, many: { deep: many } }),
    )
    expect(JSON.stringify(structured).length).toBeLessThan(60_000)
  })
})

describe('a tool that is not what it declares', () => {
  const tool = (output: z.ZodObject, result: object) =>
    defineTool({ ...failing(() => undefined), output, run: async () => result as never })

  it.each([
    ['lacks a field', z.strictObject({ a: z.string() }), {}],
    ['answers more under a strict schema', z.strictObject({}), { extra: 1 }],
    ['answers more under one that would strip it', z.object({}), { extra: 1 }],
  ])('fails its tests when it %s', async (_, output, result) => {
    const { client } = await join({ tools: [tool(output, result)] })
    expect((await call(client, 'fail_now')).error?.code).toBe('internal')
  })

  it('is not checked in production, and nothing is stripped', async () => {
    const { client } = await join({ tools: [tool(z.object({}), { extra: 1 })], checksOutput: false })
    expect((await call(client, 'fail_now')).structured).toEqual({ extra: 1 })
  })

  it('may answer with undefined fields', async () => {
    const output = z.strictObject({ a: z.string().optional() })
    const { client } = await join({ tools: [tool(output, { a: undefined })] })
    expect((await call(client, 'fail_now')).structured).toEqual({})
  })

  it('cannot take arguments that it would drop', async () => {
    const loose = { ...paint, input: z.object({ a: z.string() }) }
    await expect(join({ tools: [loose] })).rejects.toThrow('paint_fence must be a z.strictObject')
  })
})
