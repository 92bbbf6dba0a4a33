import { z } from 'zod'
import type { Signal, Store } from '../kernel/ports.ts'
import type { ResourceDef } from '../tools/resource.ts'
import { type HandlerParts, handle, noSuchResource } from './handle.ts'
import { pageOf } from './page.ts'
import { ResourceShelf } from './resource-shelf.ts'
import { Subscriptions } from './subscriptions.ts'

const list = z.object({ cursor: z.string().optional() })
const one = z.object({ uri: z.string() })

/** Handlers for all requests about resources. Answers what to close with the connection. */
export function serveResources(
  parts: HandlerParts,
  store: Store,
  defs: readonly ResourceDef[],
): Subscriptions {
  const { server } = parts
  const shelf = new ResourceShelf(defs, store)
  // A notice that cannot be sent belongs to a connection that is closing.
  const lost = (): void => undefined
  const subscriptions = new Subscriptions(store, {
    updated: (uri) => void server.sendResourceUpdated({ uri }).catch(lost),
    listChanged: () => void server.sendResourceListChanged().catch(lost),
  })
  const changesList = (signal: Signal): boolean => defs.some((def) => def.listChanges?.(signal))

  handle(parts, 'resources/list', list, async ({ cursor }) => {
    // Before the rows are read, so that no change falls between.
    subscriptions.watchList(changesList)
    const { rows: resources, ...next } = pageOf(await shelf.list(), cursor)
    return { resources, ...next }
  })

  handle(parts, 'resources/templates/list', list, () => ({
    resourceTemplates: shelf.templates().map(({ name, title, uriTemplate, description, mimeType }) => ({
      name,
      title,
      uriTemplate,
      description,
      mimeType,
    })),
  }))

  handle(parts, 'resources/read', one, async ({ uri }) => {
    const content = await shelf.read(uri)
    if (!content) throw noSuchResource(uri)
    return { contents: [{ uri, ...content }] }
  })

  handle(parts, 'resources/subscribe', one, async ({ uri }) => {
    const concerns = await shelf.concerns(uri)
    if (!concerns) throw noSuchResource(uri)
    subscriptions.add(uri, concerns)
    return {}
  })

  handle(parts, 'resources/unsubscribe', one, ({ uri }) => {
    subscriptions.remove(uri)
    return {}
  })

  return subscriptions
}
