import { createHash } from 'node:crypto'
import type { ModelEndpoint } from '../../primitives/model/terms.ts'
import type { Evidence } from '../port.ts'
import type { Course } from './conversation.ts'

/** What is known of a turn, however it went. */
export const courseOf = (
  { name, model, protocol }: ModelEndpoint,
  { attempts, tokens, called }: Course,
  http_status: number | undefined,
  duration_ms: number,
): Evidence => ({
  endpoint: name,
  model,
  protocol,
  ...(http_status !== undefined && { http_status }),
  attempts: attempts.sent,
  ...(attempts.failed.length > 0 && { failed_attempts: attempts.failed }),
  answers: tokens.length,
  ...(called.length > 0 && { tool_calls: called }),
  ...(attempts.responseId !== undefined && { response_id: attempts.responseId }),
  duration_ms,
})

/** And of one that came to an answer; `text` as it is handed on. */
export const endingOf = (finish_reason: string, text: string): Evidence => ({
  finish_reason,
  ...(finish_reason === 'length' && { cut: true }),
  output_sha256: createHash('sha256').update(text).digest('hex'),
})
