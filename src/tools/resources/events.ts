import { observe } from '../../primitives/history/observe.ts'
import { runById } from '../../primitives/run/find.ts'
import { eventBrief } from '../conduct/event-brief.ts'
import { iso } from '../fields.ts'
import type { ResourceDef } from '../resource.ts'
import { suggestRuns } from '../suggestions.ts'
import { eventsOfRun } from './in-run.ts'

/** The newest events that are shown; observe_events reads all of them. */
const most = 100

export const eventsResource: ResourceDef = {
  name: 'events',
  title: 'Events of a run',
  uriTemplate: 'baton://runs/{run_id}/events',
  description: 'The newest 100 events of a run, newest first; observe_events reads all',
  mimeType: 'application/json',
  read: async ({ run_id = '' }, store) =>
    store.read(async (db) => {
      const run = await runById(db, run_id)
      const page = { after: 0, before: Number.MAX_SAFE_INTEGER, order: 'newest', limit: most } as const
      const { events } = await observe(db, { ...page, run, types: undefined, subject: undefined })
      return {
        run_id: run.id,
        events: events.map(({ seq, type, subject, name, actor, at, abandoned, data }) => ({
          seq,
          type,
          subject,
          ...(name === null ? {} : { name }),
          actor,
          at: iso(at),
          ...(abandoned ? { abandoned } : {}),
          brief: eventBrief(data),
        })),
      }
    }, undefined),
  completes: { run_id: suggestRuns },
  concerns: eventsOfRun,
}
