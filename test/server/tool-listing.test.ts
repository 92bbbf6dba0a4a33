import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchema } from '../../src/server/json-schema.ts'
import type { Effect } from '../../src/tools/tool.ts'
import { join } from './harness.ts'
import { failing, paint, watch } from './toys.ts'

const tools = [watch, paint, failing(() => undefined)]

describe('tools/list', () => {
  it('keeps the order of the list, each time', async () => {
    const { client } = await join({ tools })
    const first = await client.listTools()
    expect(first.tools.map(({ name }) => name)).toEqual(['watch_gate', 'paint_fence', 'fail_now'])
    expect(await client.listTools()).toEqual(first)
  })

  it('describes a tool in full', async () => {
    const { client } = await join({ tools: [paint] })
    const { tools: listed } = await client.listTools()
    expect(listed[0]).toMatchInlineSnapshot(`
      {
        "annotations": {
          "destructiveHint": false,
          "idempotentHint": false,
          "openWorldHint": false,
          "readOnlyHint": false,
        },
        "description": "Paint the boards of a fence. Use it when the fence is old.",
        "inputSchema": {
          "additionalProperties": false,
          "properties": {
            "agent_id": {
              "type": "string",
            },
            "boards": {
              "description": "The boards",
              "items": {
                "additionalProperties": false,
                "properties": {
                  "colour": {
                    "enum": [
                      "red",
                      "green",
                    ],
                    "type": "string",
                  },
                  "width": {
                    "minimum": 1,
                    "type": "integer",
                  },
                },
                "required": [
                  "width",
                ],
                "type": "object",
              },
              "type": "array",
            },
            "by": {
              "format": "date-time",
              "type": "string",
            },
            "coats": {
              "default": 1,
              "description": "How often",
              "type": "integer",
            },
            "labels": {
              "type": "object",
            },
            "note": {
              "maxLength": 50,
              "type": "string",
            },
            "painter": {
              "anyOf": [
                {
                  "type": "string",
                },
                {
                  "additionalProperties": false,
                  "properties": {
                    "name": {
                      "type": "string",
                    },
                  },
                  "required": [
                    "name",
                  ],
                  "type": "object",
                },
              ],
            },
          },
          "required": [
            "boards",
          ],
          "type": "object",
        },
        "name": "paint_fence",
        "outputSchema": {
          "properties": {
            "actor": {
              "type": "string",
            },
            "coats": {
              "type": "integer",
            },
            "labels": {
              "anyOf": [
                {
                  "type": "object",
                },
                {
                  "type": "array",
                },
                {
                  "type": "string",
                },
                {
                  "type": "number",
                },
                {
                  "type": "boolean",
                },
                {
                  "type": "null",
                },
              ],
            },
            "painted": {
              "type": "integer",
            },
          },
          "type": "object",
        },
        "title": "Paint a fence",
      }
    `)
  })

  it.each<[Effect, object]>([
    ['read', { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }],
    ['write', { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false }],
    [
      'destructive',
      { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
    ],
  ])('derives all four hints from %s', async (effect, hints) => {
    const { client } = await join({ tools: [{ ...paint, effect }] })
    expect((await client.listTools()).tools[0]?.annotations).toEqual(hints)
  })

  it.each(['draft-07', '2020-12'])('is valid %s', async (draft) => {
    const { client } = await join({ tools })
    const ajv = new (draft === '2020-12' ? Ajv2020 : Ajv)({ strict: true, formats: { 'date-time': true } })
    for (const { inputSchema, outputSchema = {} } of (await client.listTools()).tools) {
      expect(inputSchema.additionalProperties).toBe(false)
      const accepts = ajv.compile(inputSchema)
      expect(accepts({ unknown: 1 })).toBe(false)
      ajv.compile(outputSchema)
    }
  })
})

describe('the JSON Schema of a zod object', () => {
  it('says nothing that nobody needs', () => {
    const noisy = z.strictObject({
      whole: z.int(),
      positive: z.int().min(1),
      at: z.iso.datetime(),
      map: z.record(z.string(), z.unknown()),
      ids: z.record(z.string().regex(/^a/), z.int()),
      // A field may be called like a keyword.
      $schema: z.string().optional(),
      maximum: z.int().default(3),
    })
    expect(jsonSchema(noisy, 'input')).toEqual({
      type: 'object',
      properties: {
        whole: { type: 'integer' },
        positive: { type: 'integer', minimum: 1 },
        at: { type: 'string', format: 'date-time' },
        map: { type: 'object' },
        ids: {
          type: 'object',
          propertyNames: { type: 'string', pattern: '^a' },
          additionalProperties: { type: 'integer' },
        },
        $schema: { type: 'string' },
        maximum: { type: 'integer', default: 3 },
      },
      required: ['whole', 'positive', 'at', 'map', 'ids'],
      additionalProperties: false,
    })
  })

  it('leaves outputs open, for clients that know an older version', () => {
    const schema = jsonSchema(z.strictObject({ a: z.strictObject({ n: z.int().default(1) }) }), 'output')
    expect(JSON.stringify(schema)).not.toContain('additionalProperties')
    expect(schema).toMatchObject({ properties: { a: { required: ['n'] } } })
  })
})
