import { timelessStream } from '../../kernel/stream.ts'
import { type AffinityEvent, type AffinityState, evolveAffinity } from './state.ts'

/** One stream a key within a run, archived with it. Where a model's cache is warm is nothing that rollback undoes. */
export const affinityStream = timelessStream<AffinityState, AffinityEvent>('affinity', evolveAffinity)
