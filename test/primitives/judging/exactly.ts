/** C(n, k), counted. */
const choose = (n: number, k: number): bigint => {
  let ways = 1n
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i)
  return ways
}

/** Fisher's exact test by its definition, in whole numbers: another way than the one under test. */
export const exactly = (x: number, n: number, y: number, m: number): number => {
  const ways = (k: number) => choose(n, k) * choose(m, x + y - k)
  let [all, tails] = [0n, 0n]
  for (let k = Math.max(0, x + y - m); k <= Math.min(n, x + y); k++) {
    all += ways(k)
    if (ways(k) <= ways(x)) tails += ways(k)
  }
  return Number((tails * 10n ** 18n) / all) / 1e18
}
