/** A place taken, to be given back once; or why there is none. */
export type Slot = { ok: true; release: () => void } | { ok: false; kind: 'all-taken' | 'own-taken' }

/**
 * Places for what takes long, `most` in all and `mostOfOne` for each of those who ask: who finds none is told at once,
 * since nobody can say when one will be free.
 */
export function openSlots({ most, mostOfOne }: { most: number; mostOfOne: number }): {
  take(whose: string): Slot
} {
  const taken = new Map<string, number>()
  let all = 0
  return {
    take(whose) {
      const own = taken.get(whose) ?? 0
      if (own >= mostOfOne) return { ok: false, kind: 'own-taken' }
      if (all >= most) return { ok: false, kind: 'all-taken' }
      all += 1
      taken.set(whose, own + 1)
      let isHeld = true
      return {
        ok: true,
        release() {
          if (!isHeld) return
          isHeld = false
          all -= 1
          const left = (taken.get(whose) ?? 1) - 1
          if (left > 0) taken.set(whose, left)
          else taken.delete(whose)
        },
      }
    },
  }
}
