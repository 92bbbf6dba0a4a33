import type { PromptDef } from './prompt.ts'

/** Every prompt there is, in the order in which clients see them. */
export const prompts: readonly PromptDef[] = []
