import { breakerSection } from './breaker-section.ts'
import { commandSection } from './command-section.ts'
import { allowSection, modelSection } from './model-section.ts'
import { noRunners, type RunnersConfig } from './runners.ts'

/** Reads the sections for runners out of a config file. Throws a Failure that names the path of a wrong key. */
export const readSections = (
  sections: Readonly<Partial<Record<keyof RunnersConfig, unknown>>>,
  file: string,
  directory: string,
): RunnersConfig => {
  const { commands, models, allow, breaker } = sections
  return {
    commands:
      commands === undefined
        ? noRunners.commands
        : commandSection(commands, { path: 'commands', file }, directory),
    models: models === undefined ? noRunners.models : modelSection(models, { path: 'models', file }),
    allow: allow === undefined ? noRunners.allow : allowSection(allow, { path: 'allow', file }),
    breaker: breaker === undefined ? noRunners.breaker : breakerSection(breaker, { path: 'breaker', file }),
  }
}
