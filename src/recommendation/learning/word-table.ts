/** Numbers the words of some papers from 0 on, in an open-addressed table that is at most half full; -1 for others. */
export function tableOf(papers: readonly { ids: Uint32Array }[]): {
  words: number
  placeOf(id: number): number
} {
  let size = 1 << 12
  let keys = new Uint32Array(size)
  let places = new Int32Array(size)
  let used = 0
  const slotOf = (id: number) => {
    let slot = id & (size - 1)
    while (keys[slot] !== 0 && keys[slot] !== id) slot = (slot + 1) & (size - 1)
    return slot
  }
  const put = (id: number, place: number) => {
    const slot = slotOf(id)
    keys[slot] = id
    places[slot] = place
  }
  for (const { ids } of papers)
    for (const id of ids) {
      if (keys[slotOf(id)] === id) continue
      if (used * 2 >= size) {
        const before = { keys, places }
        size *= 2
        keys = new Uint32Array(size)
        places = new Int32Array(size)
        for (const [slot, key] of before.keys.entries()) if (key !== 0) put(key, before.places[slot] ?? 0)
      }
      put(id, used++)
    }
  return {
    words: used,
    placeOf(id) {
      const slot = slotOf(id)
      return keys[slot] === id ? (places[slot] ?? 0) : -1
    },
  }
}
