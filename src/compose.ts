import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { agentTools } from './compose/agent-tools.ts'
import { admitting, allowanceOf, probing, registerConfigured } from './compose/endpoints.ts'
import { thisHost, thisServer } from './compose/processes.ts'
import { problemsOf, workforceOf } from './compose/workforce.ts'
import { type OpenWorkshop, openWorkshop } from './compose/workshop.ts'
import type { Config, Known } from './config.ts'
import { newId } from './ids.ts'
import type { Call, Store } from './kernel/ports.ts'
import { thisMachine } from './machine.ts'
import { defaultBreakerRules } from './primitives/breaker/terms.ts'
import { schema, streams } from './primitives/index.ts'
import { isDue, sweep } from './primitives/sweep.ts'
import { chooseByRoute } from './runners/dispatcher/choose.ts'
import type { Sampler } from './runners/sampling.ts'
import { type Connection, connectServer, type ServerOptions } from './server/serve.ts'
import { SqliteStore } from './storage/sqlite/store.ts'
import { createLog, type Log } from './telemetry/log.ts'
import { closeSession } from './tools/closing.ts'
import { defaultToolsets, tools, toolsets } from './tools/index.ts'
import { prompts } from './tools/prompts.ts'
import { resources } from './tools/resources.ts'
import type { AnyTool } from './tools/tool.ts'
import { version } from './version.ts'

/** What can be chosen on the command line. */
export const known: Known = {
  toolsets,
  defaultToolsets,
  tools: tools.map((tool) => tool.name),
}

/** The tools that a configuration offers, in their fixed order. */
const offered = (config: Pick<Config, 'toolsets' | 'tools' | 'readOnly'>): readonly AnyTool[] =>
  tools.filter(
    (tool) =>
      (config.tools ? config.tools.includes(tool.name) : config.toolsets.includes(tool.toolset)) &&
      (!config.readOnly || tool.effect === 'read'),
  )

/** Opens the database of a configuration; its directory and files are the user's alone. */
export const openStore = (config: Pick<Config, 'db' | 'durability'>, log: Log): Store => {
  mkdirSync(dirname(config.db), { recursive: true, mode: 0o700 })
  const store = new SqliteStore({
    file: config.db,
    durability: config.durability,
    streams,
    schema,
    clock: Date.now,
    newId,
    onFault: (err, call) => log.error({ err, correlation: call?.correlation }, 'a call was not carried out'),
  })
  chmodSync(config.db, 0o600)
  return store
}

/** How often each server writes down what time has done, ms. */
const sweepEvery = 1_000

/** Ends leases and delays that are over, each second, for all runs in the file. Answers how to stop. */
const sweepRegularly = (store: Store, log: Log): (() => void) => {
  const call: Call = { actor: { session: 'sweeper', client: 'baton' }, correlation: 'sweep' }
  let busy = false
  const once = async () => {
    if (busy) return
    busy = true
    try {
      if (await store.read((db) => isDue(db), undefined))
        await store.execute((tx) => sweep(tx), undefined, call)
    } catch (err) {
      log.warn({ err }, 'the sweep will be tried again')
    } finally {
      busy = false
    }
  }
  const timer = setInterval(once, sweepEvery)
  timer.unref()
  return () => clearInterval(timer)
}

/** A server over one transport: everything a client needs, and how to end it. */
export interface Baton {
  readonly connection: Connection
  close(): Promise<void>
}

/** Puts the parts together: storage, tools, protocol, and the runners that take turns. */
export const compose = async (config: Config, transport: ServerOptions['transport']): Promise<Baton> => {
  const log = createLog(config.logLevel)
  const store = openStore(config, log)
  const stop = sweepRegularly(store, log)
  await registerConfigured(store, config.runners)
  let connection: Connection | undefined
  const sampler: Sampler = {
    get available() {
      return connection?.sampler.available ?? false
    },
    ask: (request) => (connection as Connection).sampler.ask(request),
  }
  const workshop = config.readOnly
    ? undefined
    : workshopFor({ config, store, log, sampler, servesAll: false })
  connection = await connectServer({
    store,
    tools: offered(config),
    resources,
    prompts,
    newId,
    clock: Date.now,
    log,
    version,
    transport,
    workshop,
    machine: thisMachine(),
    onClose: (session) => closeSession(store, session),
  })
  const { session } = connection
  log.info({ version, db: config.db, session: session.id }, 'serving')
  return {
    connection,
    close: async () => {
      // Turns end while the last calls are answered: both together have little time.
      await Promise.all([connection.close(), workshop?.close()])
      stop()
      await store.close()
    },
  }
}

/** Takes turns for all runs of the file, without a client: `baton serve`. */
export const composeServing = async (config: Config): Promise<{ close(): Promise<void> }> => {
  const log = createLog(config.logLevel)
  const store = openStore(config, log)
  const stop = sweepRegularly(store, log)
  await registerConfigured(store, config.runners)
  const workshop = workshopFor({ config, store, log, sampler: undefined, servesAll: true })
  log.info({ version, db: config.db }, 'serving the turns of all runs')
  return {
    close: async () => {
      await workshop.close()
      stop()
      await store.close()
    },
  }
}

const workshopFor = ({
  config,
  store,
  log,
  sampler,
  servesAll,
}: {
  readonly config: Config
  readonly store: Store
  readonly log: Log
  readonly sampler: Sampler | undefined
  readonly servesAll: boolean
}): OpenWorkshop => {
  const { runners } = config
  const machine = thisMachine()
  const server = thisServer()
  const clock = Date.now
  const tools = agentTools({ store, newId, clock, log, machine })
  const parts = { store, clock, log, runners, env: process.env, sampler, agentTools: tools }
  const workforce = workforceOf({ ...parts, name: `${server.host}:${server.pid}` })
  return openWorkshop({
    store,
    clock,
    newId,
    log,
    server,
    workforce,
    processes: thisHost,
    choose: chooseByRoute(machine),
    probe: probing(runners, process.env, clock),
    servesAll,
    breaker: { ...defaultBreakerRules, ...runners.breaker },
    problemWith: problemsOf(runners, sampler),
    admits: admitting(allowanceOf(runners)),
  })
}
