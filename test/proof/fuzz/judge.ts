import { homedir, tmpdir } from 'node:os'
import { Ajv, type ValidateFunction } from 'ajv'
import { type FailureCode, failureCodes } from '../../../src/errors.ts'
import type { Message } from '../wire.ts'
import type { Schema } from './schema.ts'

export interface Tool {
  readonly name: string
  readonly inputSchema: Schema
  readonly outputSchema: Schema
}

/** What an answer must never hold: words of our statements and files, paths, frames of a stack. */
const leaks = [
  /sqlite/i,
  /\b(insert into|delete from|order by|group by|inner join|left join|create table|begin immediate)\b/i,
  /\bselect\b[^.]{0,80}\bfrom\b[^.]{0,40}\bwhere\b/i,
  /node_modules/,
  /\bat \S+ \(/,
  /\bat (async )?(file:|node:|\/)/,
  /\.[tj]s:\d/,
  /\b(TypeError|RangeError|ReferenceError|SyntaxError|ZodError|AssertionError)\b/,
  /\[object Object\]/,
  /Cannot read propert|is not a function|is not iterable/,
]

/** The JSON-RPC errors that a call may get: its line, or its params, are refused before any tool is asked. */
const rpcCodes = [-32600, -32602]

/** Holds answers against the contract of every tool. */
export class Judge {
  private readonly outputs = new Map<string, ValidateFunction>()
  private readonly paths: readonly string[]

  constructor(tools: readonly Tool[], scratch: string) {
    const ajv = new Ajv({ strict: false, validateFormats: false })
    for (const { name, outputSchema } of tools) this.outputs.set(name, ajv.compile(outputSchema))
    this.paths = [scratch, process.cwd(), tmpdir(), homedir()].filter((path) => path.length > 3)
  }

  /** What is wrong with the answer to a call of this tool. */
  wrong(tool: string, { result, error }: Message): readonly string[] {
    const text = JSON.stringify(result ?? error)
    const found = leaks.filter((leak) => leak.test(text)).map((leak) => `leaks ${leak}`)
    for (const path of this.paths) if (text.includes(path)) found.push(`leaks the path ${path}`)
    if (error)
      return rpcCodes.includes(error.code) ? found : [...found, `answers JSON-RPC error ${error.code}`]
    const said = result.content?.[0]?.text
    if (typeof said !== 'string' || said === '') found.push('says nothing')
    return [...found, ...(result.isError ? refusal(result) : this.success(tool, result))]
  }

  private success(tool: string, { structuredContent }: Message): readonly string[] {
    const fits = this.outputs.get(tool)
    if (!fits) return [`succeeds, though there is no tool ${tool}`]
    return fits(structuredContent)
      ? []
      : (fits.errors ?? []).map((one) => `answers ${one.instancePath} that ${one.message}`)
  }
}

const refusal = ({ structuredContent }: Message): readonly string[] => {
  const { code, message, hint, retryable } = structuredContent?.error ?? {}
  const kind = failureCodes[code as FailureCode]
  if (!kind) return [`is refused with the code ${code}`]
  const found: string[] = []
  if (code === 'internal') found.push(`is answered with an internal error: ${message}`)
  if (code === 'busy') found.push(`is busy: ${message}`)
  if (typeof message !== 'string' || message === '') found.push('has no message')
  if (typeof hint !== 'string' || hint === '') found.push('has no hint')
  if (retryable !== kind.retryable) found.push(`says retryable: ${retryable}`)
  return found
}
