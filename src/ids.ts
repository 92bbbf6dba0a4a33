import { customAlphabet } from 'nanoid'
import type { IdPrefix, NewId } from './kernel/ports.ts'

/** Base32 without letters that are read as others: short to read, short to type. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

const short = customAlphabet(alphabet, 10)
/** A lease token is a secret: 120 bits. */
const secret = customAlphabet(alphabet, 24)

/** A new id of a kind: 50 random bits, so two of a million meet with probability 0.0004. */
export const newId: NewId = (prefix: IdPrefix) => `${prefix}_${prefix === 'lease' ? secret() : short()}`
