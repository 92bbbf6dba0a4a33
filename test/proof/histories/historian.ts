import { live } from './history.ts'

/** What the proof asks of a process that lives histories for it. */
export interface Ask {
  readonly do: 'live'
  readonly template: string
  readonly draws: readonly number[]
}

process.on('message', async ({ template, draws }: Ask) => {
  try {
    process.send?.({ answer: await live(template, draws) })
  } catch (error) {
    process.send?.({ fault: error instanceof Error ? error.stack : String(error) })
  }
})
process.send?.('ready')
