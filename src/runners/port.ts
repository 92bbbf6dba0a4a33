import type { Awaitable } from '../kernel/ports.ts'
import type { RunnerKind, RunnerOptions } from '../primitives/agent/events.ts'
import type { AnswerForm } from '../primitives/task/prompt.ts'
import type { TurnFault } from '../primitives/turn/terms.ts'

import type { Brief } from './brief.ts'

export { type TurnFault, turnFaults } from '../primitives/turn/terms.ts'

/** One turn: a task that an agent has claimed, ready to be worked on. */
export interface Turn {
  /** `trn_…`, new for each attempt. A child process carries it in its environment as BATON_TURN. */
  readonly id: string
  readonly run_id: string
  readonly task_id: string
  readonly agent_id: string
  /** Proves the claim to Baton's own tools. No runner passes it on, and it is in no prompt. */
  readonly lease_token: string
  readonly options: RunnerOptions
  /** The command, the endpoint or the client that takes it, as was chosen when it was claimed. */
  readonly by: string | null
  /** Who the agent is: a model's system prompt. */
  readonly persona: string
  /** What is asked: task, context, results of prerequisites, earlier attempts, checks. */
  readonly prompt: string
  /** Persona and prompt in one text, for a program that reads one. */
  readonly whole: string
  /** What is asked, in parts. */
  readonly brief: Brief
  /** How the agent was told to answer. */
  readonly form: AnswerForm
}

/** The reason of an abort when the server itself ends: it has a second or so, then nobody is left to end a process. */
export const serverCloses = 'the server closes'

/** What a runner is given beside the turn. */
export interface TurnIo {
  /** Aborted when the turn is to end: the claim is lost, the agent terminated; with reason `serverCloses`, the server. */
  readonly signal: AbortSignal
  /** What came of it so far, for whoever watches. `fraction` 0–1. Cheap to call often: the dispatcher throttles. */
  progress(note: string, fraction?: number): void
  /** A child process has started; its place is written to the log before the runner goes on. */
  started(child: ChildPlace): Promise<void>
}

/** Where a child process is, so that whoever takes its turn over can end it first. */
export interface ChildPlace {
  readonly pid: number
  /** When the process started, as the host tells it (Linux: clock ticks since boot), so that a reused pid is told apart. */
  readonly started: string
}

/** The names of what runners measure. No agent can say anything under one of them. */
export const measured = [
  ...['answered_by', 'answers', 'attempts', 'command', 'cut', 'duration_ms', 'endpoint', 'exit_code'],
  ...['failed_attempts', 'finish_reason', 'http_status', 'left_out', 'model', 'output_bytes'],
  ...['output_sha256', 'processes', 'protocol', 'response_id', 'signal', 'stderr', 'stdout', 'stop_reason'],
  ...['tool_calls', 'usage'],
] as const

/** Facts about how a turn went: exit code, duration, digest of the output, endpoint, attempts… They become evidence. */
export type Evidence = Readonly<Partial<Record<(typeof measured)[number], unknown>>>

/** What an agent says of its own result, where its means is configured with `output: report`. */
export interface OwnReport {
  /** 0–1. */
  readonly score?: number
  /** 0–1. */
  readonly confidence?: number
  readonly metrics?: Readonly<Record<string, number>>
  readonly evidence?: Readonly<Record<string, unknown>>
}

/** What a turn cost, as far as the runner knows. */
export interface Metrics {
  readonly duration_ms: number
  readonly tokens?: number
  readonly input_tokens?: number
  readonly output_tokens?: number
  readonly cost_usd?: number
}

export type TurnOutcome =
  | {
      readonly ok: true
      /** Parsed when it is JSON, else the text. */
      readonly result: unknown
      /** Absent where the answer was the result alone. */
      readonly own?: OwnReport
      readonly evidence: Evidence
      readonly metrics: Metrics
    }
  | {
      readonly ok: false
      /** One sentence for the task's error history. No secrets, no paths beyond those that the owner configured. */
      readonly error: string
      readonly fault: TurnFault
      /** Whether another attempt may go better. */
      readonly retryable: boolean
      /** When the other side said how long to wait, ms. */
      readonly retryAfterMs?: number
      readonly evidence: Evidence
      readonly metrics: Metrics
    }

/** How the turns of one kind of agent are executed. */
export interface Runner {
  readonly kind: RunnerKind
  /** How the agent of a turn is to answer; without it, with the result alone. */
  formOf?(turn: Pick<Turn, 'options' | 'by'>): Awaitable<AnswerForm>
  /** Never rejects: what goes wrong is an outcome. */
  run(turn: Turn, io: TurnIo): Promise<TurnOutcome>
}
