import { z } from 'zod'
import { Failure } from '../errors.ts'
import { nearest } from '../kernel/nearest.ts'
import type { Store } from '../kernel/ports.ts'
import type { PromptDef } from '../tools/prompt.ts'
import type { Session } from '../tools/session.ts'
import { brief } from './brief.ts'
import { type HandlerParts, handle } from './handle.ts'

const get = z.object({ name: z.string(), arguments: z.record(z.string(), z.string()).default({}) })

/** The prompt of that name. Throws `not_found` with the closest one. */
export function findPrompt(prompts: readonly PromptDef[], name: string): PromptDef {
  const prompt = prompts.find((one) => one.name === name)
  if (prompt) return prompt
  const guess = nearest(
    name,
    prompts.map((one) => one.name),
  )
  throw new Failure(
    'not_found',
    `There is no prompt "${brief(name, 64)}".`,
    guess ? `The closest is ${guess}.` : 'prompts/list names those there are.',
  )
}

/** Throws `invalid_argument` for a missing or an unknown argument. */
function checkArguments(prompt: PromptDef, args: Readonly<Record<string, string>>): void {
  const names = prompt.arguments.map(({ name }) => name)
  const missing = prompt.arguments.filter(({ name, required }) => required && !args[name])
  const unknown = Object.keys(args).filter((name) => !names.includes(name))
  const wrong = [
    ...missing.map(({ name }) => `${name}: is required`),
    ...unknown.map((name) => `${brief(name, 60)}: no such argument`),
  ]
  if (wrong.length === 0) return
  const hint = `The prompt ${prompt.name} takes ${names.join(', ') || 'no arguments'}.`
  throw new Failure('invalid_argument', `${brief(wrong.join('; '), 1_000)}.`, hint)
}

/** Handlers for prompts/list and prompts/get. */
export function servePrompts(
  parts: HandlerParts,
  store: Store,
  session: Session,
  prompts: readonly PromptDef[],
): void {
  const listing = prompts.map(({ name, title, description, arguments: all }) => ({
    name,
    title,
    description,
    arguments: all.map(({ complete: _, ...argument }) => argument),
  }))
  handle(parts, 'prompts/list', z.object({}), () => ({ prompts: listing }))

  handle(parts, 'prompts/get', get, async ({ name, arguments: args }) => {
    const prompt = findPrompt(prompts, name)
    checkArguments(prompt, args)
    const messages = await prompt.render(args, store, session)
    return {
      description: prompt.description,
      messages: messages.map(({ role, text }) => ({ role, content: { type: 'text', text } })),
    }
  })
}
