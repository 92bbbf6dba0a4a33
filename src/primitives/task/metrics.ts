/** The largest number that a report may hold: sums of such stay numbers, and whole ones exact. */
export const mostMeasured = 1e12
