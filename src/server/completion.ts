import { z } from 'zod'
import { notFound } from '../errors.ts'
import type { Store } from '../kernel/ports.ts'
import type { Complete } from '../tools/complete.ts'
import type { PromptDef } from '../tools/prompt.ts'
import type { ResourceDef } from '../tools/resource.ts'
import { brief } from './brief.ts'
import { type HandlerParts, handle } from './handle.ts'
import { findPrompt } from './prompts.ts'

/** The protocol's own limit. */
const most = 100

const params = z.object({
  ref: z.union([
    z.object({ type: z.literal('ref/prompt'), name: z.string() }),
    z.object({ type: z.literal('ref/resource'), uri: z.string() }),
  ]),
  argument: z.object({ name: z.string(), value: z.string() }),
  context: z.object({ arguments: z.record(z.string(), z.string()).default({}) }).optional(),
})

interface Completable {
  readonly prompts: readonly PromptDef[]
  readonly resources: readonly ResourceDef[]
}

function completerOf(
  { prompts, resources }: Completable,
  { ref, argument }: z.output<typeof params>,
): Complete | undefined {
  if (ref.type === 'ref/prompt') {
    return findPrompt(prompts, ref.name).arguments.find(({ name }) => name === argument.name)?.complete
  }
  const def = resources.find(({ uriTemplate }) => uriTemplate === ref.uri)
  if (!def)
    throw notFound('resource template', brief(ref.uri, 200), 'resources/templates/list names them all.')
  const { completes } = def
  return completes && Object.hasOwn(completes, argument.name) ? completes[argument.name] : undefined
}

/** Handler for completion/complete. An argument that nobody completes has no suggestions; that is no error. */
export function serveCompletion(parts: HandlerParts, store: Store, all: Completable): void {
  handle(parts, 'completion/complete', params, async (request) => {
    const typed = request.argument.value
    const complete = completerOf(all, request)
    const candidates = (await complete?.(typed, request.context?.arguments ?? {}, store)) ?? []
    const start = typed.toLowerCase()
    const values = candidates.filter((candidate) => candidate.toLowerCase().startsWith(start))
    return {
      completion: { values: values.slice(0, most), total: values.length, hasMore: values.length > most },
    }
  })
}
