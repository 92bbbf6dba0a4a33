// The fences of the house. Imports run one way: main → compose → server → tools → primitives → kernel.
const errors = '^src/errors\\.ts$'
const kernel = '^src/kernel/'
const conditions = '^src/conditions/'
const schemas = '^src/schemas/'
const boxes = '^src/boxes/'
const primitives = '^src/primitives/'
const telemetry = '^src/telemetry(/|\\.ts$)'
const config = '^src/config(/|\\.ts$)'
// Deciders, and the plain values that events and states are made of.
const pure =
  '^src/primitives/[^/]+/((events|state|evolve|decide)[^/]*(/|\\.ts$)|(terms|settings|priority|lane|outcome-of|lineage|profile|graph|health|price|choose|view|arm|routed|classify|complexity|features|words)\\.ts$)'
const rows = '^src/primitives/[^/]+/(rows|tables)[^/]*(/|\\.ts$)'
const primitiveLists = ['^src/primitives/index\\.ts$', '^src/primitives/[^/]+/index\\.ts$']
const composition = '^src/(compose|doctor)(/|\\.ts$)'
const commandLine = '^src/(main|demo|doctor|archive)(/|\\.ts$)'

/** Of our own files, those under `from` may import only `allowed`. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: '^(src|test)/', pathNot: allowed },
})

/** Files under `to` may be imported only from `allowed`. */
const onlyFrom = (name, to, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: allowed },
  to: { path: to },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-packages-in-src',
      comment: 'Users do not get the development packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '^node_modules/@types/' },
    },

    only(
      'errors-is-a-leaf',
      errors,
      [errors],
      'Everyone imports the failure catalogue, so it imports none of us',
    ),
    only('kernel-knows-no-primitive', kernel, [kernel, errors], 'The kernel is the grammar'),
    only(
      'pure-domain',
      pure,
      [pure, kernel, errors],
      'Events, state and decide know only the kernel and each other',
    ),
    {
      name: 'pure-domain-without-io',
      comment: 'A decision that reads a clock, a file or a database cannot be replayed',
      severity: 'error',
      from: { path: pure },
      to: {
        path: '^(node:)?(fs|net|http|https|dns|child_process|worker_threads|timers|os)(/|$)|^node_modules/(better-sqlite3|kysely|pino)/',
      },
    },
    only(
      'conditions-is-a-leaf',
      conditions,
      [conditions, boxes, kernel, errors],
      'A language knows no use of it',
    ),
    only('schemas-is-a-leaf', schemas, [schemas, boxes, kernel, errors], 'A language knows no use of it'),
    only('boxes-is-a-leaf', boxes, [boxes], 'A box knows nothing of what it is asked'),
    only(
      'primitives-look-down',
      primitives,
      [primitives, conditions, schemas, kernel, errors],
      'A primitive knows no adapter',
    ),
    {
      name: 'rows-are-private',
      comment: "Another primitive's rows are read through its queries",
      severity: 'error',
      from: { path: '^src/primitives/([^/]+)/', pathNot: primitiveLists },
      to: { path: rows, pathNot: '^src/primitives/$1/' },
    },
    only('tools-look-down', '^src/tools/', ['^src/tools/', primitives, conditions, schemas, kernel, errors]),
    {
      name: 'tools-use-commands-and-queries',
      comment: "Write tools call a primitive's commands, read tools its queries",
      severity: 'error',
      from: { path: '^src/(tools|server|runners)/' },
      to: { path: rows },
    },
    only('server-looks-down', '^src/server/', [
      '^src/server/',
      '^src/tools/',
      primitives,
      kernel,
      telemetry,
      config,
      errors,
    ]),
    only('storage-knows-tables', '^src/storage/', [
      '^src/storage/',
      rows,
      ...primitiveLists,
      kernel,
      telemetry,
      errors,
    ]),
    only('runners-call-commands', '^src/runners/', [
      '^src/runners/',
      primitives,
      conditions,
      kernel,
      telemetry,
      // The sections that say what a runner may use; how they are read is none of its business.
      '^src/config/runners\\.ts$',
      errors,
    ]),
    only('telemetry-looks-down', telemetry, [telemetry, kernel, errors]),
    only('config-looks-down', config, [config, kernel, errors]),
    only('compose-is-not-the-command-line', '^src/compose(/|\\.ts$)', [
      '^src/(?!(main|demo|doctor|archive)(/|\\.ts$))',
    ]),

    onlyFrom('storage-is-composed', '^src/storage/', ['^src/storage/', composition], 'Parts meet in compose'),
    onlyFrom(
      'runners-are-composed',
      '^src/runners/',
      ['^src/runners/', composition],
      'Parts meet in compose',
    ),
    onlyFrom('compose-is-for-the-command-line', '^src/compose(/|\\.ts$)', [
      '^src/compose(/|\\.ts$)',
      commandLine,
    ]),
    onlyFrom(
      'one-home-of-cel',
      '^node_modules/(@marcbachmann/cel-js|@bufbuild/cel)/',
      [conditions],
      'Conditions are checked and bounded there',
    ),
    onlyFrom(
      'sdk-in-server-only',
      '^node_modules/@modelcontextprotocol/sdk/',
      ['^src/server/', '^src/demo(/|\\.ts$)'],
      'A later major of the SDK stays a local change',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports couple files as well, so the fences count them.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
