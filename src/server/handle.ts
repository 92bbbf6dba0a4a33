import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { Protocol, type RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import type { Result, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { FailureCode } from '../errors.ts'
import type { NewId } from '../kernel/ports.ts'
import type { Log } from '../telemetry/log.ts'
import { inWords, problemsOf } from './problems.ts'
import { causeOf, reportOf } from './refusal.ts'

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** A JSON-RPC error. Not the SDK's McpError, which writes its code into the message, as the client does again. */
class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

const invalidParams = -32602
const internalError = -32603
const resourceNotFound = -32002

/** A request for what is not there, in the code that MCP has for resources. */
export const noSuchResource = (uri: string): Error =>
  new RpcError(resourceNotFound, 'There is no such resource.', { uri })

const rpcCode = (code: FailureCode): number => (code === 'internal' ? internalError : invalidParams)

export interface HandlerParts {
  readonly server: Server
  readonly newId: NewId
  readonly log: Log
}

/**
 * Registers the handler of a request. Wrong params answer -32602 and name each field; a `Failure` answers -32602
 * with its report as data; anything else -32603 with a correlation id, its cause only in the log.
 *
 * The base class's registration is called because `Server`'s own parses tools/call and its result twice more,
 * which costs as much as our whole pipeline.
 */
export function handle<P extends z.ZodObject>(
  { server, newId, log }: HandlerParts,
  method: string,
  params: P,
  run: (params: z.output<P>, extra: Extra) => Promise<Result> | Result,
): void {
  const request = z.object({ method: z.literal(method), params: z.unknown().optional() })
  const answer = async ({ params: sent = {} }: { params?: unknown }, extra: Extra): Promise<Result> => {
    const read = params.safeParse(sent)
    if (!read.success) throw new RpcError(invalidParams, inWords(problemsOf(read.error, params, sent)))
    try {
      return await run(read.data, extra)
    } catch (thrown) {
      if (thrown instanceof RpcError) throw thrown
      const correlation = newId('call')
      const report = reportOf(thrown, correlation)
      if (report.code === 'internal')
        log.error({ correlation, method, err: causeOf(thrown) }, 'request failed')
      throw new RpcError(rpcCode(report.code), `${report.message} ${report.hint}`, report)
    }
  }
  Protocol.prototype.setRequestHandler.call(server, request, answer)
}
