/** How long an orderly end may take, ms: the processes of turns are asked to end, then made to. */
const patience = 5_000

/** Ends this process on SIGTERM, SIGINT or SIGHUP, once `shutdown` is done. A second signal ends it at once. */
export const endWithSignal = (shutdown: () => Promise<void>): void => {
  let ending = false
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (ending) process.exit(1)
      ending = true
      const late = setTimeout(() => process.exit(1), patience)
      void shutdown().then(
        () => {
          clearTimeout(late)
          process.exit(0)
        },
        () => process.exit(1),
      )
    })
  // The timers of the server are no reason to stay; this one is.
  setInterval(() => {}, 2 ** 30)
}
