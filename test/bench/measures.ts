import { measure as atScale } from './at-scale.ts'
import { measure as contention } from './contention.ts'
import { measure as goingBack } from './going-back.ts'
import { measure as inProcess } from './in-process.ts'
import type { Measure } from './measure.ts'
import { measure as startUp } from './start-up.ts'
import { measure as throughMcp } from './through-mcp.ts'
import { measure as wakeUp } from './wake-up.ts'
import { measure as writeTool } from './write-tool.ts'

/** What measures each goal. */
export const measures: Readonly<Record<string, Measure>> = {
  P1: inProcess,
  P2: throughMcp,
  P3: writeTool,
  P4: startUp,
  P5: contention,
  P6: atScale,
  P7: wakeUp,
  P8: goingBack,
}
