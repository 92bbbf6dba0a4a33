/** Makes `times` calls and keeps `width` of them under way; `call` is told its number. Answers how many a second. */
export const callsPerSecond = async (
  times: number,
  width: number,
  call: (n: number) => Promise<unknown>,
): Promise<number> => {
  let next = 0
  const started = performance.now()
  const one = async () => {
    while (next < times) await call(next++)
  }
  await Promise.all(Array.from({ length: width }, one))
  return (times * 1_000) / (performance.now() - started)
}
