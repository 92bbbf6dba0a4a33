import type { Invocation } from '../config.ts'
import { hostConfig } from '../hosts.ts'
import { writeHostConfig } from './write.ts'

/** `baton config HOST`: prints what to paste, and writes it where the host reads it only when told to. */
export const configure = async (
  asked: Extract<Invocation, { command: 'config' }>,
  here: { readonly node: string; readonly entry: string },
): Promise<number> => {
  const config = hostConfig(asked.host, { ...here, flags: asked.flags }, { npx: asked.npx })
  if (asked.write) process.stdout.write(`${await writeHostConfig(config)}\n`)
  else process.stdout.write(`${config.text}\n`)
  return 0
}
