import { describe, expect, it } from 'vitest'
import { type Profile, resolveProfile } from '../../../src/primitives/agent/profile.ts'
import { shippedProfile, shippedProfiles } from '../../../src/primitives/agent/shipped-profiles.ts'

const tools = new Set(
  `start_run list_runs get_run update_run end_run spawn_agent terminate_agent list_agents query_agent_status
  create_tasks delegate_subtask broadcast_task update_task cancel_task list_tasks get_task await_responses
  observe_events track_metrics modify_strategy create_checkpoint rollback_to_checkpoint join_as_agent claim_task
  report_progress complete_task fail_task`.split(/\s+/),
)

/** Words with an underscore that prompts may use outside of backticks: fields of the tools above. */
const fields = new Set(['run_id', 'no_worker'])

const names = shippedProfiles.map(({ name }) => name)

const promptOf = (name: string): string => {
  const result = resolveProfile(name, shippedProfile)
  if ('code' in result) throw new Error(result.message)
  return result.prompt
}

const ownWords = (profile: Profile) =>
  profile.components
    .map(({ prompt }) => prompt ?? '')
    .join(' ')
    .split(/\s+/)
    .filter((word) => /\p{L}/u.test(word)).length

describe('the shipped profiles', () => {
  it('are these', () => {
    expect(names).toEqual([
      'base_agent',
      'orchestrator_agent',
      'pattern_aware_orchestrator',
      'tournament_orchestrator_v2',
      'meta_orchestrator',
      'bootstrap_orchestrator',
      'deployment_orchestrator',
      'expert_judge',
      'researcher',
      'implementer',
      'reviewer',
      'summariser',
    ])
  })

  it('are found by name, and nothing else is', () => {
    for (const profile of shippedProfiles) expect(shippedProfile(profile.name)).toBe(profile)
    expect(shippedProfile('constructor')).toBeUndefined()
  })
})

describe.each(shippedProfiles)('$name', (profile) => {
  it('renders without a single variable given, and leaves no placeholder', () => {
    expect(promptOf(profile.name)).not.toMatch(/\{\{|\}\}/)
  })

  it('puts nothing in backticks but tools that exist', () => {
    const quoted = [...promptOf(profile.name).matchAll(/`([^`]*)`/g)].map(([, word = '']) => word)
    expect(quoted.filter((word) => !tools.has(word))).toEqual([])
    expect(promptOf(profile.name).split('`').length % 2).toBe(1)
  })

  it('names no other tool in passing', () => {
    const bare = promptOf(profile.name).replaceAll(/`[^`]*`/g, '')
    const words = bare.match(/\b[a-z0-9]+(?:_[a-z0-9]+)+\b/g) ?? []
    expect(words.filter((word) => !fields.has(word) && !names.includes(word))).toEqual([])
  })

  it('holds to what every agent holds to', () => {
    const result = resolveProfile(profile.name, shippedProfile, { purpose: 'PURPOSE', goal: 'GOAL' })
    if ('code' in result) throw new Error(result.message)
    expect(result.chain[0]).toBe('base_agent')
    expect(result.components.slice(0, 4).map(({ name, from }) => `${from}/${name}`)).toEqual([
      'base_agent/identity',
      'base_agent/work',
      'base_agent/trust',
      'base_agent/report',
    ])
    expect(result.prompt).toContain('Your purpose: PURPOSE\nThe goal of the run: GOAL')
  })

  it('is compact and says what it is for', () => {
    expect(ownWords(profile)).toBeLessThanOrEqual(250)
    expect(profile.description?.length).toBeGreaterThan(20)
  })
})

describe('an orchestrator', () => {
  const orchestrators = names.filter((name) => name.includes('orchestrator'))

  it.each(orchestrators)('%s knows the patterns, the ways out, and how a client agent works', (name) => {
    const prompt = promptOf(name)
    for (const word of ['Tournament', 'Map-reduce', 'Pipeline', 'Consensus', 'Evolutionary'])
      expect(prompt).toContain(`- ${word}:`)
    for (const word of [/retry/, /replace/, /proceed/, /change the approach/, /scale up/, /Document lessons/])
      expect(prompt).toMatch(word)
    expect(prompt).toContain('A client agent does nothing by itself')
    for (const tool of ['claim_task', 'complete_task', 'create_checkpoint', 'rollback_to_checkpoint'])
      expect(prompt).toContain(`\`${tool}\``)
  })
})
