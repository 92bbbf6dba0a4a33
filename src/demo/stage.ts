import type { Connection } from './connection.ts'
import type { Crew } from './crew.ts'
import type { Screen } from './screen.ts'
import type { Story } from './story.ts'
import { type Scene, tree } from './tree.ts'
import type { Watch } from './watch.ts'

/** What the acts of the demo play with. */
export interface Stage {
  readonly run: string
  /** The conductor's own client and server. */
  readonly baton: Connection
  readonly crew: Crew
  /** Names by agent id. */
  readonly agents: ReadonlyMap<string, string>
  readonly watch: Watch
  readonly screen: Screen
  readonly story: Story
}

/** How often a drawing is renewed, ms. */
const redraw = 100

/** Plays an act while the tree of its tasks is drawn, or, without drawings, while each task done is told. */
export const shown = async <T>(
  { watch, screen, story, agents, crew }: Stage,
  scene: Pick<Scene, 'title' | 'many' | 'one'>,
  act: () => Promise<T>,
): Promise<T> => {
  const draw = () => {
    const clock = { now: Date.now(), since: story.begun }
    const cast = { workers: agents, killed: crew.killed }
    const lines = tree({ ...scene, ...cast }, watch.board, clock, screen.paint, screen.columns)
    screen.draw(['', ...lines.map((line) => `  ${line}`), ''])
  }
  const timer = setInterval(draw, redraw)
  const off = watch.on((board, { type, subject }) => {
    const task = board.tasks.get(subject)
    if (type === 'task.completed' && task)
      story.tellInLines(`${task.key} done by ${agents.get(task.by ?? '') ?? 'somebody'}`)
  })
  try {
    const result = await act()
    // What is shown comes out of the log, which may be read a moment later than the result.
    await watch.until(`the log tells the end of ${scene.one}`, ({ tasks }) =>
      [...tasks.values()].find(({ key, status }) => key === scene.one && status === 'done'),
    )
    draw()
    return result
  } finally {
    clearInterval(timer)
    off()
    screen.keep()
  }
}
