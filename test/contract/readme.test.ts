import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { known } from '../../src/compose.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { parsePolicy } from '../../src/primitives/policy/parse.ts'
import { readWritten } from '../../src/primitives/policy/written.ts'
import { envelopeIn } from '../../src/runners/envelope.ts'
import { readme, withTable } from './tool-table.ts'

/** The YAML that README shows, in its order: the configuration, an entry that reports, then the policy. */
const shown = async (): Promise<readonly string[]> =>
  [...(await readFile(readme, 'utf8')).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml = '']) => yaml)

describe('README', () => {
  it('lists the tools as they are (npm run docs writes the table)', async () => {
    const text = await readFile(readme, 'utf8')
    expect(text).toBe(withTable(text))
  })

  it('shows a configuration that is one', async () => {
    const [config = ''] = await shown()
    const read = (text: string) => readConfig(['serve', '--config', 'baton.yaml'], {}, () => text, known)
    expect(await read(config)).toMatchObject({
      config: {
        toolsets: expect.arrayContaining(['routing']),
        runners: {
          models: { local: { base_url: 'http://127.0.0.1:11434/v1', model: 'llama3.2' } },
          commands: { claude: { argv: ['claude', '-p', '--output-format', 'json'] } },
        },
      },
    })
    // What is commented out is one as well.
    const all = config.replaceAll(/^( *)# (\w+: \{.*?\})/gm, '$1$2')
    const more = await read(all)
    expect(Object.keys('config' in more ? more.config.runners.commands : {})).toEqual([
      'claude',
      'codex',
      'gemini',
      'count',
    ])
  })

  it('shows a report that is one, of an entry that asks for it', async () => {
    const [, entry = ''] = await shown()
    const { config } = (await readConfig(['serve', '--config', 'baton.yaml'], {}, () => entry, known)) as {
      readonly config: Config
    }
    expect(config.runners.commands.tests).toMatchObject({ report: true })
    const [, said = ''] = /```json\n(.*?"score"[\s\S]*?)```/.exec(await readFile(readme, 'utf8')) ?? []
    expect(envelopeIn(said)).toMatchObject({ ok: true, own: { score: 0.9, evidence: { tests: true } } })
  })

  it('shows a policy that is one', async () => {
    const [, , policy = ''] = await shown()
    const written = await readWritten(policy)
    expect(written).toHaveProperty('document')
    expect('document' in written && parsePolicy(written.document)).toMatchObject({
      rules: [{ id: 'urgent-first' }, { id: 'long-to-gpu' }, { id: 'short-to-cpu' }],
    })
  })
})
