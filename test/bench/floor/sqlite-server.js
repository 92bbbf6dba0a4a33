/**
 * The floor of P4: what a server is that somebody writes in an afternoon. The SDK and better-sqlite3 as they come from
 * node_modules, one table, one tool that writes a row. Run by node itself: `node sqlite-server.js FILE`.
 */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import Database from 'better-sqlite3'
import { z } from 'zod'

const db = new Database(process.argv[2])
db.pragma('journal_mode = WAL')
db.exec('create table if not exists note (no integer primary key, text text not null)')
const insert = db.prepare('insert into note (text) values (?)')

const server = new McpServer({ name: 'floor', version: '1' })
server.registerTool(
  'note',
  {
    title: 'Note',
    description: 'Keep a note.',
    inputSchema: { text: z.string() },
    outputSchema: { no: z.number() },
  },
  ({ text }) => {
    const { lastInsertRowid } = insert.run(text)
    const kept = { no: Number(lastInsertRowid) }
    return { content: [{ type: 'text', text: `Note ${kept.no}` }], structuredContent: kept }
  },
)
await server.connect(new StdioServerTransport())
