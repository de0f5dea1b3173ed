/**
 * The ids below `size` with the highest keys, best first, at most `count`, of those where `wanted` is 1; of equals the
 * newer paper (the higher id).
 */
export function highest(
  keys: Float32Array | Float64Array,
  { size, count, wanted }: { size: number; count: number; wanted: Uint8Array },
): number[] {
  if (count <= 0) return []
  const better = (a: number, b: number) => (keys[b] ?? 0) - (keys[a] ?? 0) || b - a
  // Some more than are asked for are gathered before the worst are dropped: most never get in.
  const room = count * 4 + 64
  let best: number[] = []
  let least = -Infinity
  for (let id = 0; id < size; id++) {
    if (wanted[id] !== 1 || (keys[id] ?? 0) < least) continue
    best.push(id)
    if (best.length < room) continue
    best = best.toSorted(better).slice(0, count)
    least = keys[best[count - 1] ?? 0] ?? -Infinity
  }
  return best.toSorted(better).slice(0, count)
}
