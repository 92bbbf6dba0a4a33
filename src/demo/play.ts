import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { close, examine, numbers } from './closing.ts'
import { plural } from './format.ts'
import { decisionLines, type Judged, judge } from './judgement.ts'
import { type MapReduced, mapReduce } from './map-reduce.ts'
import { gather, introduce, spawnAll, startAll } from './opening.ts'
import { planOf } from './plan.ts'
import type { Props } from './props.ts'
import { tryAndGoBack, type WentBack } from './round-two.ts'
import type { Stage } from './stage.ts'
import { Story } from './story.ts'
import { affordableQuality } from './survey/afford.ts'
import { table } from './table.ts'
import { Watch } from './watch.ts'

/** Plays the whole demo; answers whether everything that it claims was so. */
export const play = async (props: Props): Promise<boolean> => {
  const { screen, place, crew, picture, copies, leaseMs } = props
  const story = new Story(screen)
  const plan = planOf(copies, picture, await affordableQuality(copies, picture.files))
  introduce(props, plan)
  story.chapter('A map-reduce, and a kill in the middle of it')
  const baton = await startAll(props)
  const { run_id: run } = await baton.call<{ run_id: string }>('start_run', {
    goal: `Survey ${plural(plan.files.length, 'file')}`,
    name: 'demo',
  })
  const agents = await spawnAll(baton, run)
  const watch = new Watch(baton, run)
  const stage: Stage = { run, baton, crew, agents, watch, screen, story }
  const acts = async (): Promise<readonly [MapReduced, WentBack, Judged]> => {
    await gather(stage)
    const files = plan.files.map(({ path, copy }) => ({ path, read: () => readFile(join(copies, copy)) }))
    const first = await mapReduce(stage, plan, files)
    story.chapter('A checkpoint, another strategy, and the way back')
    const second = await tryAndGoBack(stage, plan, first.survey)
    story.chapter('A decision between the two, by what was measured')
    const judged = await judge(stage, first, second)
    await baton.call('end_run', { run_id: run, outcome: 'completed', reason: 'The survey is complete.' })
    await watch.until('the run ends', () => watch.events.find(({ type }) => type === 'run.ended'))
    return [first, second, judged]
  }
  const [first, second, judged] = await Promise.race([acts(), watch.follow()]).finally(() => watch.stop())
  const processes = await close(stage)
  await examine(place, story)
  story.chapter('The survey')
  for (const line of table(first.survey, screen.paint, screen.columns)) screen.say(line)
  story.chapter('The decision')
  for (const line of decisionLines(stage, judged)) screen.say(line)
  story.chapter('In numbers')
  for (const line of numbers(stage, first, second, { processes, leaseMs })) screen.say(line)
  return story.claims.failed === 0
}
