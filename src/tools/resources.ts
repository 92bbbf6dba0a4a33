import type { ResourceDef } from './resource.ts'

/** Every resource there is. */
export const resources: readonly ResourceDef[] = []
