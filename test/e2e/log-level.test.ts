import { expect, it } from 'vitest'
import { ProcessClient } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'

const saidBy = (logLevel: 'info' | 'warn' | 'silent'): Promise<string> =>
  withScratch(async (directory) => {
    const client = await ProcessClient.start({ db: `${directory}/baton.db`, logLevel })
    await client.must('start_run', { goal: 'hush' })
    expect((await client.close()).code).toBe(0)
    return client.server.stderr
  })

it('a server says to stderr what its level lets through, its end included', async () => {
  expect(await saidBy('silent')).toBe('')
  expect(await saidBy('warn')).toBe('')
  const lines = (await saidBy('info'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  for (const line of lines)
    expect(line).toMatchObject({ level: 30, time: expect.stringMatching(/^\d{4}-/), msg: expect.any(String) })
  expect(lines.at(-1)).toMatchObject({ event: 'ending', reason: 'stdin_end' })
})
