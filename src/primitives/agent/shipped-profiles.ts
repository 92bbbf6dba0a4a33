import type { Profile } from './profile.ts'
import { baseAgent } from './profiles/base-agent.ts'
import { bootstrapOrchestrator } from './profiles/bootstrap-orchestrator.ts'
import { deploymentOrchestrator } from './profiles/deployment-orchestrator.ts'
import { expertJudge } from './profiles/expert-judge.ts'
import { implementer } from './profiles/implementer.ts'
import { metaOrchestrator } from './profiles/meta-orchestrator.ts'
import { orchestratorAgent } from './profiles/orchestrator-agent.ts'
import { patternAwareOrchestrator } from './profiles/pattern-aware-orchestrator.ts'
import { researcher } from './profiles/researcher.ts'
import { reviewer } from './profiles/reviewer.ts'
import { summariser } from './profiles/summariser.ts'
import { tournamentOrchestratorV2 } from './profiles/tournament-orchestrator-v2.ts'

/**
 * The profiles that come with Baton. Their prompts name tools in backticks and put nothing else there, so
 * that a test can hold them against the tools that exist. Every variable they use has a default.
 */
export const shippedProfiles: readonly Profile[] = [
  baseAgent,
  orchestratorAgent,
  patternAwareOrchestrator,
  tournamentOrchestratorV2,
  metaOrchestrator,
  bootstrapOrchestrator,
  deploymentOrchestrator,
  expertJudge,
  researcher,
  implementer,
  reviewer,
  summariser,
]

/** A lookup for `resolveProfile`. */
export const shippedProfile = (name: string): Profile | undefined => byName.get(name)

const byName: ReadonlyMap<string, Profile> = new Map(
  shippedProfiles.map((profile) => [profile.name, profile]),
)
