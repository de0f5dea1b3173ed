/** The probability of `count` events or more where `mean` are expected (Poisson), as minus its log10: 6 is one in a million. */
export function poissonSurprise(count: number, mean: number): number {
  if (count <= mean) return 0
  // P(X ≥ count) ≈ its first term times a geometric bound on the rest; exact enough above the mean.
  const logTerm = count * Math.log(mean) - mean - logFactorial(count)
  const rest = 1 / (1 - mean / (count + 1))
  return Math.max(0, -(logTerm + Math.log(rest)) / Math.LN10)
}

/** The probability of `count` successes or more in `trials` (binomial), as minus its log10. */
export function binomialSurprise(count: number, trials: number, chance: number): number {
  if (count <= trials * chance) return 0
  if (chance <= 0) return Infinity
  let sum = 0
  for (let k = count; k <= trials; k++) {
    const log =
      logFactorial(trials) -
      logFactorial(k) -
      logFactorial(trials - k) +
      k * Math.log(chance) +
      (k === trials ? 0 : (trials - k) * Math.log1p(-chance))
    sum += Math.exp(log)
  }
  return sum === 0 ? Infinity : Math.max(0, -Math.log10(sum))
}

function logFactorial(n: number): number {
  let log = 0
  for (let k = 2; k <= n; k++) log += Math.log(k)
  return log
}
