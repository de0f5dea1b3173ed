/** The mean of the `count` largest of some values, in linear time; `values` are put in another order. (Quickselect: Hoare 1961.) */
export function meanOfLargest(values: Float64Array, count: number): number {
  let from = 0
  let to = values.length - 1
  while (from < to) {
    const pivot = values[(from + to) >> 1] ?? 0
    let i = from
    let j = to
    while (i <= j) {
      while ((values[i] ?? 0) > pivot) i++
      while ((values[j] ?? 0) < pivot) j--
      if (i > j) break
      const moved = values[i] ?? 0
      values[i] = values[j] ?? 0
      values[j] = moved
      i++
      j--
    }
    // From `from` to j stands what is no smaller than the pivot, from i to `to` what is no larger.
    if (count - 1 <= j) to = j
    else if (count - 1 >= i) from = i
    else break
  }
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i] ?? 0
  return sum / count
}
