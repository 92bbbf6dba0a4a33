import Database from 'better-sqlite3'
import { better, defineQueue } from 'plainjob'
import type { Durability } from '../../src/storage/sqlite/open.ts'
import { payload } from './life-cycles.ts'

const silent = { error() {}, warn() {}, info() {}, debug() {} }

/** plainjob in this process: add, take, read, mark done. As it comes it does not sync its commits (NORMAL). */
export const openPlainjob = (file: string, durability: Durability = 'normal') => {
  const db = new Database(file)
  const queue = defineQueue({ connection: better(db), logger: silent })
  db.pragma(`synchronous = ${durability}`)
  const live = () => {
    queue.add('work', payload)
    const job = queue.getAndMarkJobAsProcessing('work')
    if (!job) throw new Error('no job')
    queue.getJobById(job.id)
    queue.markJobAsDone(job.id)
  }
  return { live, close: () => queue.close() }
}
