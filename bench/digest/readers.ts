/** Readers of the front page, until they are asked to end; prints how long they waited: `readers.ts URL`. */
import { load } from '../load.ts'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const { rate, p50, p99, max } = await load(process.argv[2] ?? '', {
  connections: 8,
  seconds: 3_600,
  rate: 50,
  stop: stop.signal,
})
console.log(
  `${Math.round(rate)} front pages a second: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (goal: below 50), max ${max.toFixed(0)} ms`,
)
