import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The e2e tests run the built binary: build it when a source is newer, so that they never test old code. */
export default function freshBuild(): void {
  if (modified('dist/main.js') > newestSource()) return
  execFileSync(process.execPath, ['build.mjs'], { stdio: 'inherit' })
}

function newestSource(): number {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => join('src', name))
  return Math.max(...['build.mjs', 'package-lock.json', 'package.json', ...sources].map(modified))
}

/** In milliseconds since the epoch; 0 for a file that does not exist. */
function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
