import { Failure } from '../errors.ts'
import type { Signal } from '../kernel/ports.ts'
import type { Reading } from '../tools/complete.ts'
import type { ListedResource, ResourceDef, UriVariables } from '../tools/resource.ts'
import { uriMatcher, variablesOf } from './uri-template.ts'

interface Found {
  readonly def: ResourceDef
  readonly variables: UriVariables
}

/** All resources of a server, found by URI. */
export class ResourceShelf {
  readonly defs: readonly ResourceDef[]
  private readonly store: Reading
  private readonly matchers: readonly { def: ResourceDef; match: (uri: string) => UriVariables | undefined }[]

  constructor(defs: readonly ResourceDef[], store: Reading) {
    this.defs = defs
    this.store = store
    this.matchers = defs.map((def) => ({ def, match: uriMatcher(def.uriTemplate) }))
  }

  templates(): readonly ResourceDef[] {
    return this.defs.filter((def) => variablesOf(def.uriTemplate).length > 0)
  }

  /** What can be shown without knowing an id: resources without variables, and what each definition lists. */
  async list(): Promise<readonly (ListedResource & { mimeType: string })[]> {
    const lists = await Promise.all(
      this.defs.map(async ({ list, uriTemplate: uri, name, description, mimeType }) => {
        const fixed = variablesOf(uri).length === 0 ? [{ uri, name, description }] : []
        const rows = list ? await list(this.store) : fixed
        return rows.map((row) => ({ ...row, mimeType }))
      }),
    )
    return lists.flat()
  }

  /** The text of a resource, or undefined when there is none of that URI. */
  async read(uri: string): Promise<{ mimeType: string; text: string } | undefined> {
    const value = await this.ask(uri, ({ def, variables }) => def.read(variables, this.store))
    if (value === undefined) return undefined
    const { found, answer } = value
    if (answer === undefined) return undefined
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
    return { mimeType: found.def.mimeType, text }
  }

  /** Which events change a resource, or undefined when there is none of that URI. */
  async concerns(uri: string): Promise<((signal: Signal) => boolean) | undefined> {
    const value = await this.ask(uri, ({ def, variables }) => def.concerns(variables, this.store))
    return value?.answer
  }

  private async ask<T>(
    uri: string,
    question: (found: Found) => Promise<T>,
  ): Promise<{ found: Found; answer: T } | undefined> {
    const found = this.find(uri)
    if (!found) return undefined
    try {
      return { found, answer: await question(found) }
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.code === 'not_found') return undefined
      throw thrown
    }
  }

  private find(uri: string): Found | undefined {
    for (const { def, match } of this.matchers) {
      const variables = match(uri)
      if (variables) return { def, variables }
    }
    return undefined
  }
}
