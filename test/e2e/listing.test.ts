import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listTools } from '../../src/server/tool-listing.ts'
import { tools } from '../../src/tools/index.ts'
import { ProcessClient } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'

it('the built server lists the tools as their source describes them', () =>
  withScratch(async (directory) => {
    const client = await ProcessClient.start({ db: join(directory, 'a.db'), flags: ['--toolsets', 'all'] })
    const listed = await client.request('tools/list', {})
    expect(listed).toEqual({ tools: listTools(tools) })
    await client.close()
  }))
