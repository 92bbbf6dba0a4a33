import { z } from 'zod'
import type { Session } from '../tools/session.ts'
import type { AnyTool } from '../tools/tool.ts'
import type { Calls } from './calls.ts'
import { type Extra, type HandlerParts, handle } from './handle.ts'
import type { Pipeline, ToolAnswer } from './pipeline.ts'
import { Progress } from './progress.ts'
import { listTools } from './tool-listing.ts'

// The arguments stay unread here: each tool's own schema is the one that reads them.
const call = z.object({ name: z.string(), arguments: z.unknown().optional() })

/** Sends progress for this request, if the client gave it a token. */
function progressOf({ _meta, sendNotification }: Extra): Progress {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return new Progress()
  return new Progress((note) => {
    const params = { progressToken, ...note }
    sendNotification({ method: 'notifications/progress', params }).catch(() => undefined)
  })
}

/** Handlers for tools/list and tools/call. */
export function serveTools(
  parts: HandlerParts,
  {
    tools,
    pipeline,
    session,
    calls,
  }: {
    readonly tools: readonly AnyTool[]
    readonly pipeline: Pipeline
    readonly session: Session
    readonly calls: Calls
  },
): void {
  handle(parts, 'tools/list', z.object({}), () => ({ tools: listTools(tools) }))

  handle(parts, 'tools/call', call, (request, extra): Promise<ToolAnswer> => {
    const caller = { session, signal: extra.signal, progress: progressOf(extra) }
    return calls.track(pipeline.call(request.name, request.arguments, caller))
  })
}
