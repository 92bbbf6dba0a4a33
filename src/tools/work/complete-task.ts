import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { Failure, invalid } from '../../errors.ts'
import type { Tx } from '../../kernel/ports.ts'
import { type Here, showLife } from '../../primitives/presence/commands/show.ts'
import type { Report } from '../../primitives/task/commands/complete.ts'
import {
  type ChecksWanted,
  type Completed,
  completeTasks,
} from '../../primitives/task/commands/complete-many.ts'
import { checkAgainst } from '../../primitives/task/schema-check.ts'
import { json, list, runId } from '../fields.ts'
import type { Session } from '../session.ts'
import { remember } from '../speaking.ts'
import { defineTool, type ToolContext } from '../tool.ts'
import { type Claimed, claimed, sayClaimed, shown } from './claimed.ts'
import { reportFields, reporter, reportOn } from './report-on.ts'
import { here } from './speaking-as.ts'
