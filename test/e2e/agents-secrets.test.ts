import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ModelServer } from '../support/model-server.ts'
import { ProcessClient } from '../support/process-client.ts'
import { withScratch } from '../support/scratch.ts'
import { allEnded, codeOf, doctor, eventsOf, scriptIn, siteIn } from '../support/site.ts'

/** Tells everything it can find: its environment, and on Linux that of its parent, the server. */
const teller = `
  import { readFileSync } from 'node:fs'
  const { mode } = process.env
  let all = JSON.stringify(process.env)
  try { all += readFileSync('/proc/' + process.ppid + '/environ', 'utf8').replaceAll('\\0', '\\n') } catch {}
  for (const line of all.split('\\n')) console.error(line)
  if (process.argv[2] === 'fail') { console.log('I failed with ' + all); process.exit(3) }
  console.log(JSON.stringify({ all, env: process.env, lines: all.split('\\n') }))
`

const value = (n: number): string => `S3cr3t-value-${n}-${((n + 1) * 7_919_000_017).toString(36)}`

/** Thirty of them: names that tell what they are, and names that tell nothing but what the configuration does. */
const planted = {
  passed: [
    'DEPLOY_TOKEN',
    'DB_PASSWORD',
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_PAT',
    'SENTRY_DSN',
    'ACME_1',
    'ACME_2',
    'VENDOR',
  ],
  keys: ['NEAR_KEY', 'VAULT_ENTRY', 'FAR_API_KEY'],
  others: [
    ...[
      'OPENAI_API_KEY',
      'ANTHROPIC_API_KEY',
      'GH_TOKEN',
      'NPM_TOKEN',
      'SLACK_TOKEN',
      'STRIPE_SECRET',
      'JWT_SECRET',
    ],
    ...[
      'SESSION_COOKIE',
      'SMTP_PASS',
      'REDIS_PASSWORD',
      'AZURE_CLIENT_SECRET',
      'GOOGLE_CREDENTIALS',
      'PRIVATE_SEED',
    ],
    ...['SIGNING_SIGNATURE', 'HUB_AUTH', 'KEYRING_PASSPHRASE', 'DOOR_PASSCODE', 'PG_PWD', 'LOGIN_TOKEN_2'],
  ],
}
const names = Object.values(planted).flat()
const secrets = Object.fromEntries(names.map((name, n) => [name, value(n)]))

describe('secrets of the environment', () => {
  it(
    'do not appear in events, results, logs, texts of tools or files, whatever agents say',
    () =>
      withScratch(async (directory) => {
        expect(names).toHaveLength(30)
        const near = await ModelServer.start([
          { reply: { kind: 'echo_key' } },
          { reply: { kind: 'echo_key', json: true } },
          { reply: { kind: 'echo_key', as_error: 'plain' } },
          { reply: { kind: 'echo_key', as_error: 'far_right' } },
        ])
        const far = await ModelServer.start([], { kind: 'echo_key', json: true })
        const { passed, keys } = planted
        const tells = { ...scriptIn(directory, 'teller'), env: passed }
        const site = await siteIn(
          directory,
          {
            commands: { tells, fails: { ...tells, ...scriptIn(directory, 'teller', 'fail') } },
            models: {
              near: { protocol: 'openai', base_url: near.url, model: 'toy', api_key_env: keys[0] },
              vault: { protocol: 'anthropic', base_url: far.url, model: 'toy', api_key_env: keys[1] },
              unset: { protocol: 'openai', base_url: far.url, model: 'toy', api_key_env: 'NOT_SET_HERE' },
            },
            allow: { api_key_envs: [keys[2]] },
          },
          { teller },
        )
        const client = await ProcessClient.start({ ...site, env: secrets, logLevel: 'debug' })
        const seen: string[] = []
        client.onNotification((method, params) => seen.push(method + JSON.stringify(params)))
        try {
          const { run_id } = await client.must('start_run', { goal: 'Tell' })
          const agents = { tells: 'command', fails: 'command', near: 'model', vault: 'model', unset: 'model' }
          for (const [name, runner] of Object.entries(agents)) {
            const runner_options = runner === 'command' ? { command: name } : { model: name }
            await client.must('spawn_agent', { name, purpose: 'tell', runner, runner_options })
          }
          await client.must('create_tasks', {
            run_id,
            tasks: Object.keys(agents).flatMap((agent_id) =>
              [1, 2, 3, 4].map((n) => ({
                key: `${agent_id}-${n}`,
                task: 'Tell',
                agent_id,
                max_attempts: n === 4 ? 2 : 1,
                retry_delay_ms: 0,
              })),
            ),
          })
          await allEnded(client, run_id)
          // The key did go where it belongs: what follows would be hollow otherwise.
          expect(near.asked[0]?.headers.authorization).toBe(`Bearer ${secrets[keys[0] as string]}`)
          expect(far.asked[0]?.headers['x-api-key']).toBe(secrets[keys[1] as string])
          const { result } = await client.must('get_task', { run_id, task_id: 'tells-1' })
          expect(JSON.stringify(result)).toContain('[redacted DEPLOY_TOKEN]')
          const texts: unknown[] = [await eventsOf(client, run_id), seen]
          const look = async (name: string, args: object) =>
            texts.push(await client.request('tools/call', { name, arguments: args }))
          for (const name of Object.keys(agents))
            for (const n of [1, 2, 3, 4]) await look('get_task', { run_id, task_id: `${name}-${n}` })
          for (const name of [
            'get_run',
            'list_agents',
            'list_tasks',
            'track_metrics',
            'observe_events',
            'list_models',
            'tune',
          ])
            await look(name, name === 'list_models' || name === 'tune' ? {} : { run_id })
          await look('spawn_agent', { purpose: 'x', runner: 'command', runner_options: { command: 'no' } })
          await look('explain_route', { run_id, task_id: 'near-1' })
          await look('register_model', {
            name: 'mine',
            protocol: 'openai',
            base_url: far.url,
            model: 'm',
            api_key_env: 'GH_TOKEN',
          })
          texts.push(await client.request('resources/read', { uri: `baton://runs/${run_id}/events` }))
          await client.close()
          texts.push(client.server.stderr)
          expect(client.server.stderr).toContain('"level":20')
          for (const file of readdirSync(directory).filter((name) => name.startsWith('baton.db')))
            texts.push(readFileSync(join(directory, file), 'latin1'))
          const everything = texts
            .map((text) => (typeof text === 'string' ? text : JSON.stringify(text)))
            .join('\n')
          const found = names.filter((name) => everything.includes(secrets[name] as string))
          expect(found).toEqual([])
          expect(await doctor(site.db)).toMatchObject({ code: 0 })
        } finally {
          await client.kill()
          await Promise.all([near.close(), far.close()])
        }
      }),
    60_000,
  )

  it('go to no host that the configuration does not allow, by no tool call and by no redirect', () =>
    withScratch(async (directory) => {
      const got: { readonly url: string; readonly headers: object }[] = []
      const foreign = createServer((request, response) => {
        got.push({ url: request.url ?? '', headers: request.headers })
        response.end('{}')
      })
      await new Promise<void>((listening) => foreign.listen(0, '127.0.0.2', listening))
      const away = `http://127.0.0.2:${(foreign.address() as AddressInfo).port}/v1`
      const near = await ModelServer.start([
        { reply: { kind: 'redirect', status: 307, to: `${away}/chat/completions` }, when: 'Go' },
        { reply: { kind: 'redirect', status: 308, to: `${away}/chat/completions` }, when: 'Go' },
        { reply: { kind: 'redirect', status: 302, to: `${away}/chat/completions` }, when: 'Go' },
      ])
      const mate = await ModelServer.start()
      const site = await siteIn(directory, {
        models: {
          near: {
            protocol: 'openai',
            base_url: near.url,
            model: 'toy',
            api_key_env: 'NEAR_KEY',
            group: 'pool',
            concurrency: 1,
          },
        },
        allow: { hosts: ['127.0.0.1'], api_key_envs: ['FAR_API_KEY'] },
      })
      const client = await ProcessClient.start({ ...site, env: secrets })
      try {
        const { run_id } = await client.must('start_run', { goal: 'Send away' })
        const mine = { name: 'mine', protocol: 'openai', base_url: mate.url, model: 'm' }
        const port = new URL(away).port
        const elsewhere = [
          ...[
            away,
            away.replace('127.0.0.2', '127.0.0.2.'),
            `http://127.2:${port}/v1`,
            `http://2130706434:${port}/v1`,
          ],
          ...[
            `http://0x7f000002:${port}/v1`,
            `http://127.0.0.1@127.0.0.2:${port}/v1`,
            `http://127.0.0.1:${port}@127.0.0.2:${port}/v1`,
          ],
          ...[
            `http://[::ffff:127.0.0.2]:${port}/v1`,
            `http://localhost:${port}/v1`,
            'https://example.com/v1',
            'file:///etc/passwd',
          ],
          ...[
            `http://127.0.0.1#@127.0.0.2:${port}/v1`,
            `http://127.0.0.1\\@127.0.0.2:${port}/`,
            `http://１２７.0.0.2:${port}/v1`,
          ],
        ]
        for (const base_url of elsewhere)
          expect([base_url, codeOf(await client.call('register_model', { ...mine, base_url }))]).toEqual([
            base_url,
            'invalid_argument',
          ])
        for (const api_key_env of ['NEAR_KEY', 'GH_TOKEN', 'far_api_key', 'PATH', '__proto__', 'constructor'])
          expect([
            api_key_env,
            codeOf(await client.call('register_model', { ...mine, api_key_env })),
          ]).toEqual([api_key_env, 'invalid_argument'])
        // The owner's name for another place, and the owner's place with another key.
        expect(codeOf(await client.call('register_model', { ...mine, name: 'near' }))).toBe('conflict')
        expect(codeOf(await client.call('register_model', { name: 'near', remove: true }))).toBe('conflict')
        await client.must('spawn_agent', {
          name: 'ada',
          purpose: 'x',
          runner: 'model',
          runner_options: { model: 'near' },
        })
        await client.must('create_tasks', {
          run_id,
          tasks: [1, 2, 3].map((n) => ({ key: `t${n}`, task: 'Go', agent_id: 'ada', max_attempts: 1 })),
        })
        await allEnded(client, run_id)
        for (const n of [1, 2, 3]) {
          const { status, error } = await client.must('get_task', { run_id, task_id: `t${n}` })
          expect(status).toBe('failed')
          expect(JSON.stringify(error ?? '')).not.toContain(secrets.NEAR_KEY)
        }
        expect(near.asked).toHaveLength(3)
        // One that joins the owner's group shares its work, and never its key.
        await client.must('register_model', { ...mine, group: 'pool' })
        await client.must('spawn_agent', {
          name: 'eve',
          purpose: 'x',
          runner: 'model',
          runner_options: { model: 'pool' },
        })
        await client.must('create_tasks', {
          run_id,
          tasks: Array.from({ length: 8 }, (_, n) => ({ key: `e${n}`, task: `Go ${n}`, agent_id: 'eve' })),
        })
        await allEnded(client, run_id)
        expect(mate.asked.length).toBeGreaterThan(0)
        expect(JSON.stringify(mate.got)).not.toContain('authorization')
        for (const secret of Object.values(secrets)) expect(JSON.stringify(mate.got)).not.toContain(secret)
        expect(got).toEqual([])
        await client.close()
        expect(await doctor(site.db)).toMatchObject({ code: 0 })
      } finally {
        await client.kill()
        foreign.closeAllConnections()
        foreign.close()
        await Promise.all([near.close(), mate.close()])
      }
    }))
})
