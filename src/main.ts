import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compose, composeServing, known } from './compose.ts'
import { type Invocation, readConfig } from './config.ts'
import { Failure } from './errors.ts'
import { helpText, refusalText, refusedExitCode } from './help.ts'
import { endWithSignal } from './server/ending.ts'
import { endWithClient, lifetimeLog } from './server/lifetime.ts'
import { BoundedStdioTransport } from './server/stdio.ts'
import { createLog } from './telemetry/log.ts'
import { version } from './version.ts'

/** Carries out what the command line asks for; answers the exit code, or undefined while a server runs. */
const carryOut = async (asked: Invocation): Promise<number | undefined> => {
  switch (asked.command) {
    case 'serve-stdio': {
      const transport = new BoundedStdioTransport(process.stdin, process.stdout)
      const baton = await compose(asked.config, transport)
      const shutdown = async () => {
        // First let the calls under way be answered, then end what they stand on.
        await transport.finish()
        await baton.close()
      }
      const log = lifetimeLog(createLog(asked.config.logLevel))
      const end = endWithClient({ stdin: process.stdin, shutdown, log })
      // A client that closed our stdout is gone, whatever its stdin says.
      void baton.connection.closed.then(() => end('transport_closed'))
      return undefined
    }
    case 'serve': {
      const serving = await composeServing(asked.config)
      endWithSignal(() => serving.close())
      return undefined
    }
    case 'demo': {
      const { demo } = await import('./demo/demo.ts')
      return demo({ path: asked.path, entry: fileURLToPath(import.meta.url) })
    }
    case 'doctor': {
      const { doctor } = await import('./doctor.ts')
      return doctor(asked.config)
    }
    case 'archive': {
      const { archive } = await import('./archive.ts')
      return archive(asked.config, asked.olderThan)
    }
    case 'config': {
      const { configure } = await import('./hosts/configure.ts')
      return configure(asked, { node: process.execPath, entry: fileURLToPath(import.meta.url) })
    }
    case 'help':
      process.stdout.write(helpText(asked.topic, known))
      return 0
    case 'version':
      process.stdout.write(`baton ${version}\n`)
      return 0
  }
}

try {
  const read = (path: string) => readFile(path, 'utf8')
  const asked = await readConfig(process.argv.slice(2), process.env, read, known)
  const code = await carryOut(asked)
  if (code !== undefined) process.exitCode = code
} catch (failure) {
  if (!(failure instanceof Failure)) throw failure
  process.stderr.write(refusalText(failure))
  process.exitCode = refusedExitCode
}
