import type { Connection, Place } from './connection.ts'
import type { Crew } from './crew.ts'
import type { Screen } from './screen.ts'
import type { Picture } from './survey/picture.ts'

/** What the demo is given to play with. */
export interface Props {
  readonly screen: Screen
  readonly place: Place
  readonly crew: Crew
  /** Opens the conductor's own connection. */
  readonly open: () => Promise<Connection>
  /** The folder as it is shown, what is in it, and where the copies are. */
  readonly folder: string
  readonly picture: Picture
  readonly copies: string
  readonly leaseMs: number
}
