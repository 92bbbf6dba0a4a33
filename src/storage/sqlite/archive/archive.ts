import { existsSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { AnyStream } from '../../../kernel/stream.ts'
import type { ArchivePort } from '../../archive-port.ts'
import type { SqliteConnection } from '../connection.ts'
import { missingArchive } from '../failures.ts'
import { openReader, openWriter } from '../open.ts'
import { seeBoth, wasMoved } from './both.ts'
import { copyRun, deleteRun } from './move-out.ts'

/** The file that holds the archived runs of a database: beside it, of the same schema. */
export const archiveOf = (file: string): string => `${file}-archive`

export interface ArchiveParts {
  /** The database whose runs are archived. */
  readonly file: string
  readonly writer: SqliteConnection
  readonly streams: readonly AnyStream[]
  readonly steps: readonly (readonly string[])[]
}

/**
 * The archive of a database. The main file alone tells which runs are in it, so it needs no state of its own: whoever
 * breaks off between the copy and the deletion leaves a copy that nobody reads and the next move replaces.
 */
export class Archive implements ArchivePort {
  private readonly parts: ArchiveParts
  private readonly path: string
  private seen = false
  private own: SqliteConnection | undefined

  constructor(parts: ArchiveParts) {
    this.parts = parts
    this.path = archiveOf(parts.file)
  }

  /** Whether there is one; another process may have made it a moment ago. */
  exists(): boolean {
    this.seen ||= existsSync(this.path)
    return this.seen
  }

  /** A new connection that reads both files as one. Fails when the archive is not there. */
  openBoth(): SqliteConnection {
    const { file, streams } = this.parts
    // The views need both files to be of one schema.
    this.openArchive().close()
    const both = openReader(file)
    try {
      seeBoth(both.raw, this.path, streams)
      return both
    } catch (fault) {
      both.close()
      throw fault
    }
  }

  /** For transactions: a connection of their own, as queries hold theirs at the moment of a snapshot. */
  beyond(): SqliteConnection | undefined {
    if (!this.exists()) return undefined
    this.own ??= this.openBoth()
    return this.own
  }

  moveOut(run: number): number {
    const { file, writer, streams } = this.parts
    const archive = this.openArchive(this.isFirst())
    let events: number
    try {
      events = copyRun(archive, file, { run, streams })
    } finally {
      archive.close()
    }
    deleteRun(writer.raw, { run, streams })
    return events
  }

  /** Always synced, whatever the setting: what is deleted here must be there. */
  private openArchive(mayCreate = false): Database.Database {
    if (!mayCreate && !existsSync(this.path)) throw missingArchive()
    return openWriter(this.path, 'full', this.parts.steps).raw
  }

  /** Whether nothing was archived yet: only then a missing file may be created. */
  private isFirst(): boolean {
    const archived = this.parts.writer.raw
      .prepare(`select 1 from run where ${wasMoved('run.no')} limit 1`)
      .get()
    return archived === undefined
  }

  close(): void {
    this.own?.close()
  }
}
