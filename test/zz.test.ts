import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { it } from 'vitest'
import { listTools } from '../src/server/tool-listing.ts'
import { defaultToolsets, tools } from '../src/tools/index.ts'

it('x', () => {
  const t = (v: unknown) => encode(JSON.stringify(v)).length
  const l = listTools(tools).map(
    ({ name, description, inputSchema }) => [name, t({ name, description, inputSchema })] as const,
  )
  const d = listTools(tools.filter(({ toolset }) => defaultToolsets.includes(toolset))).map(
    ({ name, description, inputSchema }) => t({ name, description, inputSchema }),
  )
  console.log(
    d.reduce((a, b) => a + b, 0),
    JSON.stringify(l),
  )
})
