import type { PromptDef } from './prompt.ts'
import { conductPrompt } from './prompts/conduct.ts'
import { joinAsWorkerPrompt } from './prompts/join-as-worker.ts'

/** Every prompt there is, in the order in which clients see them. */
export const prompts: readonly PromptDef[] = [conductPrompt, joinAsWorkerPrompt]
