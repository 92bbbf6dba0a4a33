import { describe, expect, it } from 'vitest'
import { proofs } from '../proof/proofs.ts'

/** The seed of the short versions: fixed, so that a failure here is one that can be looked at. */
const seed = 1

describe('proofs, in short', () => {
  for (const proof of proofs)
    it(`${proof.name}: ${proof.claim}`, async () => {
      const outcome = await proof.short(seed)
      expect(outcome).toMatchObject({ ok: true })
    }, 60_000)
})
