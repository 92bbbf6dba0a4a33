import Database from 'better-sqlite3'
import { better, defineQueue } from 'plainjob'
import { payload } from './life-cycles.ts'

const silent = { error() {}, warn() {}, info() {}, debug() {} }

/** plainjob as it comes (synchronous=NORMAL), in this process: add, take, read, mark done. */
export const openPlainjob = (file: string) => {
  const queue = defineQueue({ connection: better(new Database(file)), logger: silent })
  const live = () => {
    queue.add('work', payload)
    const job = queue.getAndMarkJobAsProcessing('work')
    if (!job) throw new Error('no job')
    queue.getJobById(job.id)
    queue.markJobAsDone(job.id)
  }
  return { live, close: () => queue.close() }
}
