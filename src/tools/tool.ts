import type { z } from 'zod'
import type { Command, Query, Signal } from '../kernel/ports.ts'
import type { Session } from './session.ts'
import type { Workshop } from './workshop.ts'

/** What a tool does to the world; its four MCP hints are derived from this one word. */
export type Effect = 'read' | 'write' | 'destructive'

export type Toolset = 'conduct' | 'work' | 'decide' | 'routing' | 'humans' | 'insights'

/** What a tool is given at call time. At most six members: it does not grow. */
export interface ToolContext {
  /** Runs a command in the name of this session, or of the agent that it says to be. */
  execute<I, O>(command: Command<I, O>, input: I, speaker?: SpeaksAs): Promise<O>
  read<I, O>(query: Query<I, O>, input: I): Promise<O>
  readonly session: Session
  /** Waiting for what is not there yet. */
  readonly wait: Wait
  readonly workshop: Workshop
}

/** As which agent a call speaks, and, with `lease`, that the command proves it by the token of a claim. */
export interface SpeaksAs {
  readonly as?: string | undefined
  readonly proof?: 'lease'
  /** The person whose decision it carries out. */
  readonly person?: string
}

/** Waits within one call: woken by commits of any process, ended by the deadline or by the client's cancellation. */
export interface Wait {
  /**
   * Asks `attempt` until it answers something else than undefined, at each relevant commit, at `next()` when that
   * comes first, and once more at the deadline. Registers before it asks, so nothing falls between.
   * Answers undefined when `timeoutMs` passed; throws when the client cancelled the call.
   */
  until<T>(awaited: WaitFor<T>): Promise<T | undefined>
  /** Tells the client how far the call is, where it asked for progress. `fraction` 0–1. */
  progress(message: string, fraction?: number): void
}

/** What a wait is for. */
export interface WaitFor<T> {
  readonly timeoutMs: number
  readonly concerns: (signal: Signal) => boolean
  readonly attempt: () => Promise<T | undefined>
  /** Epoch ms at which time alone may change the answer (a retry falls due, a lease ends). */
  readonly next?: () => number | undefined
}

export interface Tool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly toolset: Toolset
  readonly effect: Effect
  readonly input: I
  readonly output: O
  run(input: z.output<I>, context: ToolContext): Promise<z.input<O>>
  /** A few lines that a model can act on: ids, counts, what to do next. Never the JSON again. */
  say(result: z.output<O>, input: z.output<I>): string
}

/** Declares a tool: a plain value. */
export const defineTool = <I extends z.ZodObject, O extends z.ZodObject>(tool: Tool<I, O>): Tool<I, O> => tool

/** A tool whose types are forgotten, for the list of all tools. */
// biome-ignore lint/suspicious/noExplicitAny: a list of tools of different schemas has no common type
export type AnyTool = Tool<any, any>
