/** What goes wrong and has not gone well since, for whoever asks whether all is well. */
export type Troubles = {
  /** `reason` is read by everybody: it names no paths. */
  note(part: string, reason: string): void
  over(part: string): void
  has(part: string): boolean
  /** Each reason once. */
  list(): string[]
}

export function openTroubles(): Troubles {
  const reasons = new Map<string, string>()
  return {
    note: (part, reason) => void reasons.set(part, reason),
    over: (part) => void reasons.delete(part),
    has: (part) => reasons.has(part),
    list: () => [...new Set(reasons.values())],
  }
}
