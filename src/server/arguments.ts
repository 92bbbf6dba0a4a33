import type { z } from 'zod'
import { Failure } from '../errors.ts'
import type { AnyTool } from '../tools/tool.ts'
import { brief } from './brief.ts'
import { inWords, problemsOf } from './problems.ts'
import { signature } from './schema-keys.ts'

/**
 * The arguments as the tool's schema reads them, defaults filled in.
 *
 * @throws Failure `invalid_argument` that names every failing field and, for an unknown one, the closest known name
 */
export function readArguments(tool: AnyTool, sent: unknown): unknown {
  const input: z.ZodObject = tool.input
  // Some clients send null for a call without arguments.
  const value = sent ?? {}
  const result = input.safeParse(value)
  if (result.success) return result.data
  const problems = problemsOf(result.error, input, value)
  const takes = signature(input)
  throw new Failure(
    'invalid_argument',
    `${inWords(problems)}.`,
    brief(takes ? `${tool.name} takes ${takes}.` : `${tool.name} takes no arguments.`, 600),
    { field: problems[0]?.field, problems },
  )
}
