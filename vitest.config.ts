import { defineConfig } from 'vitest/config'

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
          // After the others and one at a time: some of these measure how long processes take.
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/fresh-build.ts'],
        },
      },
    ],
  },
})
