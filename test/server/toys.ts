import { z } from 'zod'
import { Failure } from '../../src/errors.ts'
import type { Command } from '../../src/kernel/ports.ts'
import { type AnyTool, defineTool } from '../../src/tools/tool.ts'

const who: Command<object, string> = async (tx) => JSON.stringify(tx.call.actor)

/** Takes one of everything and says who asked. */
export const paint = defineTool({
  name: 'paint_fence',
  title: 'Paint a fence',
  description: 'Paint the boards of a fence. Use it when the fence is old.',
  toolset: 'work',
  effect: 'write',
  input: z.strictObject({
    boards: z
      .array(z.strictObject({ width: z.number().int().min(1), colour: z.enum(['red', 'green']).optional() }))
      .max(5)
      .describe('The boards'),
    note: z.string().max(50).optional(),
    by: z.iso.datetime().optional(),
    painter: z.union([z.string(), z.strictObject({ name: z.string() })]).optional(),
    labels: z.record(z.string(), z.unknown()).optional(),
    coats: z.int().default(1).describe('How often'),
    agent_id: z.string().optional(),
  }),
  output: z.strictObject({
    painted: z.int(),
    coats: z.int(),
    actor: z.string(),
    labels: z.unknown().optional(),
  }),
  run: async ({ boards, coats, labels, agent_id }, ctx) => ({
    painted: boards.length,
    coats,
    actor: await ctx.execute(who, {}, { as: agent_id }),
    ...(labels ? { labels } : {}),
  }),
  say: ({ painted }) => `Painted ${painted} boards.`,
})

/** Throws what the test hands in. */
export const failing = (thrown: () => unknown): AnyTool =>
  defineTool({
    name: 'fail_now',
    title: 'Fail',
    description: 'Fail in a given way.',
    toolset: 'work',
    effect: 'destructive',
    input: z.strictObject({}),
    output: z.strictObject({}),
    run: () => Promise.reject(thrown()),
    say: () => '',
  })

/** Waits for a signal of run 7. */
export const watch = defineTool({
  name: 'watch_gate',
  title: 'Watch the gate',
  description: 'Wait until the gate opens.',
  toolset: 'conduct',
  effect: 'read',
  input: z.strictObject({ timeout_ms: z.int().min(0).default(5_000), say_first: z.string().optional() }),
  output: z.strictObject({ asked: z.int(), timed_out: z.boolean() }),
  run: async ({ timeout_ms, say_first }, { wait }) => {
    let asked = 0
    if (say_first) wait.progress(say_first, 0.5)
    const open = await wait.until({
      timeoutMs: timeout_ms,
      concerns: ({ run }) => run === 7,
      attempt: async () => (++asked > 1 ? 'open' : undefined),
    })
    return { asked, timed_out: open === undefined }
  },
  say: ({ timed_out }) => (timed_out ? 'The gate is closed.' : 'The gate is open.'),
})

export const refusal = new Failure('conflict', 'The fence is taken.', 'Wait for its painter.', {
  painter: 'x',
})
