import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { listTools } from '../../src/server/tool-listing.ts'
import { defaultToolsets, tools } from '../../src/tools/index.ts'

const listed = listTools(tools)
const listedByDefault = listTools(tools.filter(({ toolset }) => defaultToolsets.includes(toolset)))
const tokens = (value: unknown): number => encode(JSON.stringify(value)).length

type Schema = { readonly [key: string]: unknown }

/** Every property at every depth that is without a description, by path. */
const lacking = (schema: Schema, path: string): string[] => {
  const found: string[] = []
  const walk = (node: unknown, at: string): void => {
    if (typeof node !== 'object' || node === null) return
    const { properties, items, anyOf, oneOf, allOf } = node as Schema
    for (const [name, child] of Object.entries((properties ?? {}) as Record<string, Schema>)) {
      if (typeof child.description !== 'string') found.push(`${at}.${name} has no description`)
      walk(child, `${at}.${name}`)
    }
    walk(items, `${at}[]`)
    for (const branch of [anyOf, oneOf, allOf])
      if (Array.isArray(branch)) for (const one of branch) walk(one, at)
  }
  walk(schema, path)
  return found
}

describe('the surface that a model reads', () => {
  it('costs at most 7,500 tokens for name, description and input of all default tools', () => {
    const sizes = listedByDefault.map(({ name, description, inputSchema }) => ({
      name,
      size: tokens({ name, description, inputSchema }),
    }))
    const sum = sizes.reduce((total, { size }) => total + size, 0)
    expect(sum, JSON.stringify(sizes.sort((a, b) => b.size - a.size))).toBeLessThanOrEqual(7_500)
  })

  it('costs at most 13,000 tokens as the whole of tools/list by default', () => {
    expect(tokens({ tools: listedByDefault })).toBeLessThanOrEqual(13_000)
  })

  it('describes every field', () => {
    expect(listed.flatMap(({ name, inputSchema }) => lacking(inputSchema as Schema, name))).toEqual([])
  })

  // Without a bound that zod checks first, a list of five million entries took 25 s and 3 GB to refuse.
  it('bounds every list before its entries are read', () => {
    const unbounded = tools.flatMap(({ name, input }) => {
      const schema = z.toJSONSchema(input, { io: 'input' })
      return JSON.stringify(schema).split('"type":"array"').length ===
        JSON.stringify(schema).split('"maxItems"').length
        ? []
        : [name]
    })
    expect(unbounded).toEqual([])
  })

  it('refuses unknown arguments, says what each tool does and sets all four hints', () => {
    for (const tool of listed) {
      expect(tool.inputSchema.additionalProperties, tool.name).toBe(false)
      expect(tool.description?.split(/\s+/).length, tool.name).toBeGreaterThanOrEqual(4)
      expect(tool.title, tool.name).toBeTruthy()
      expect(tool.outputSchema, tool.name).toBeTruthy()
      expect(Object.keys(tool.annotations ?? {}), tool.name).toEqual(
        expect.arrayContaining(['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint']),
      )
    }
  })

  it('holds the core contract: every tool of the conduct, work and decide sets, none twice', () => {
    const names = listed.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(listedByDefault.map(({ name }) => name).sort()).toEqual(
      [
        ...['start_run', 'list_runs', 'get_run', 'update_run', 'end_run', 'spawn_agent', 'terminate_agent'],
        ...['list_agents', 'query_agent_status', 'create_tasks', 'delegate_subtask', 'broadcast_task'],
        ...['update_task', 'cancel_task', 'list_tasks', 'get_task', 'await_responses', 'observe_events'],
        ...['track_metrics', 'modify_strategy', 'create_checkpoint', 'rollback_to_checkpoint'],
        ...['join_as_agent', 'claim_task', 'report_progress', 'complete_task', 'fail_task'],
        ...['orchestrate', 'evaluate_results', 'select_best', 'should_continue', 'propose', 'vote'],
        'record_decision',
      ].sort(),
    )
  })
})

describe('the public schema of each tool is a decision', () => {
  for (const tool of listed)
    it(tool.name, async () => {
      await expect(`${JSON.stringify(tool, null, 2)}\n`).toMatchFileSnapshot(`snapshots/${tool.name}.json`)
    })
})
