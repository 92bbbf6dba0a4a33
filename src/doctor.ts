import { existsSync } from 'node:fs'
import type { Config } from './config.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkMeans } from './doctor/means.ts'
import { version } from './version.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

/**
 * `baton doctor`: checks what the configuration names (programs are looked for, model endpoints are asked for their list
 * of models; neither is made to work), then the database. Exit code 0: all of it is well; 1: something cannot work or
 * differs, and what; 2: there was nothing to check.
 */
export const doctor = async (
  { db, runners }: Pick<Config, 'db' | 'runners'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> => {
  const there = existsSync(db)
  const means = await checkMeans(runners, env)
  if (!there && means.length === 0) {
    process.stderr.write(`baton: there is no database at ${db}.\nName it with --db or --tenant.\n`)
    return 2
  }
  say(`baton ${version}`)
  for (const { ok, line } of means) say(`${ok ? 'ok     ' : 'WRONG  '} ${line}`)
  if (!there) say(`file    there is none yet at ${db}`)
  const sound = !there || checkDatabase(db, say)
  return sound && means.every(({ ok }) => ok) ? 0 : 1
}
