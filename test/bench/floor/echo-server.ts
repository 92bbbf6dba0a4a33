import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { reportProgressTool } from '../../../src/tools/work/report-progress.ts'

/**
 * The floor of P3: what the SDK itself costs. It reads the arguments of report_progress by that tool's schema, does
 * nothing, and answers by its schema with values of the same lengths.
 */
const { name, title, description, input, output } = reportProgressTool
const server = new McpServer({ name: 'echo', version: '1' })
server.registerTool(name, { title, description, inputSchema: input, outputSchema: output }, ({ task_id }) => {
  const answer = {
    run_id: 'run_0123456789',
    task_id,
    agent_id: 'agt_0123456789',
    lease_ends_at: '2026-01-01T00:00:00.000Z',
  }
  return {
    content: [{ type: 'text', text: `${task_id} is yours until ${answer.lease_ends_at}.` }],
    structuredContent: answer,
  }
})
await server.connect(new StdioServerTransport())
