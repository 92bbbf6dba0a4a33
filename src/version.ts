declare const __BATON_VERSION__: string | undefined

/** From package.json, put in by the build. */
export const version = typeof __BATON_VERSION__ === 'undefined' ? '0.0.0-source' : __BATON_VERSION__
