import { conductTools } from './conduct/index.ts'
import { decideTools } from './decide/index.ts'
import { humansTools } from './humans/index.ts'
import { insightsTools } from './insights/index.ts'
import { routingTools } from './routing/index.ts'
import type { AnyTool, Toolset } from './tool.ts'
import { workTools } from './work/index.ts'

export const toolsets: readonly Toolset[] = ['conduct', 'work', 'decide', 'routing', 'humans', 'insights']

/** What a server offers unless it is told otherwise. */
export const defaultToolsets: readonly Toolset[] = ['conduct', 'work', 'decide']

/** Every tool there is, in the order in which clients see them. The order is fixed: prompt caches depend on it. */
export const tools: readonly AnyTool[] = [
  ...conductTools,
  ...workTools,
  ...decideTools,
  ...routingTools,
  ...humansTools,
  ...insightsTools,
]
