/** A process, as its host tells it. */
export interface HostProcess {
  readonly pid: number
  /** The process that started it; 1 or a reaper once that one is gone. */
  readonly parent: number
  readonly group: number
  /** When it started, as the host tells it: with the pid, this names a process for good. */
  readonly started: string
  /** The program's short name: never its arguments, which may hold secrets. */
  readonly name: string
  /** It has ended, and whoever started it has not yet asked how. */
  readonly zombie: boolean
}
