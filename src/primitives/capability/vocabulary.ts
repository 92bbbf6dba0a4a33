import { Failure, invalid } from '../../errors.ts'
import type { Reader, Tx } from '../../kernel/ports.ts'
import {
  type CapabilityEdge,
  type CapabilityGraph,
  capabilityProblem,
  emptyGraph,
  normaliseCapability,
  withEdge,
  withEdges,
} from './graph.ts'
import { vocabularyId, vocabularyStream } from './rows.ts'

/** The graph of capability names as declared so far, with the version of its stream (0: nothing declared). */
export const vocabulary = async (
  db: Reader,
): Promise<{ readonly graph: CapabilityGraph; readonly version: number }> => {
  const entity = await db.load(vocabularyStream, vocabularyId)
  if (!entity) return { graph: emptyGraph, version: 0 }
  const key = `vocabulary ${entity.version}`
  const known = db.memo.get(key) as CapabilityGraph | undefined
  if (known) return { graph: known, version: entity.version }
  const graph = withEdges(emptyGraph, entity.state.edges)
  if ('cycle' in graph) throw new Error('the stored vocabulary has a cycle')
  db.memo.set(key, graph)
  return { graph, version: entity.version }
}

/** Adds edges that are new; an `is_a` circle is refused and named. */
export const declareEdges = async (tx: Tx, edges: readonly CapabilityEdge[]): Promise<void> => {
  if (edges.length === 0) return
  let { graph } = await vocabulary(tx)
  const fresh: CapabilityEdge[] = []
  for (const edge of edges) {
    const next = withEdge(graph, edge)
    if ('cycle' in next)
      throw new Failure(
        'conflict',
        `${edge.from} is_a ${edge.to} would close a circle: ${next.cycle.join(' → ')}.`,
        'Leave one of these is_a out.',
        { cycle: next.cycle },
      )
    if (next !== graph) fresh.push(edge)
    graph = next
  }
  if (fresh.length === 0) return
  const events = fresh.map((data) => ({ type: 'vocabulary.edge_added', data }) as const)
  const entity = await tx.load(vocabularyStream, vocabularyId)
  if (entity) await tx.append(entity, events)
  else await tx.create(vocabularyStream, { id: vocabularyId, run: 0 }, events)
}

/** Capability names as they are compared: normalised, sorted, each once. Fails naming `field`. */
export const capabilityNames = (names: readonly string[], field: string): readonly string[] => {
  for (const name of names) {
    const problem = capabilityProblem(name)
    if (problem) throw invalid(field, problem, 'Use short names like "typescript" or "code_review".')
  }
  return [...new Set(names.map(normaliseCapability))].sort()
}
