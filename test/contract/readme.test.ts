import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { readme, withTable } from './tool-table.ts'

it('README lists the tools as they are (npm run docs writes the table)', async () => {
  const text = await readFile(readme, 'utf8')
  expect(text).toBe(withTable(text))
})
