import { defineConfig } from 'vitest/config'

/** End to end, and dependent on how long processes take: one at a time, with nothing beside them. */
const timed = ['test/e2e/proof.test.ts', 'test/e2e/orchestrate.test.ts']

export default defineConfig({
  define: { __BATON_VERSION__: JSON.stringify('0.0.0-test') },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    // .ci/run counts the tests from this file.
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest/results.json' }]],
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          sequence: { groupOrder: 1 },
          include: ['test/e2e/**/*.test.ts'],
          exclude: timed,
          globalSetup: ['test/support/fresh-build.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'timed',
          sequence: { groupOrder: 2 },
          fileParallelism: false,
          include: timed,
          globalSetup: ['test/support/fresh-build.ts'],
        },
      },
    ],
  },
})
