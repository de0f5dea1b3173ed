/** From starting the program to the first answered front page: on an empty folder, and when it was there before. */
import { startEmptyServer, startSite, withDataFolder, type RunningSite } from './site.ts'

async function timeToPage(start: () => Promise<RunningSite>): Promise<number> {
  const started = performance.now()
  const site = await start()
  const answer = await fetch(site.url)
  await answer.text()
  const seconds = (performance.now() - started) / 1000
  await site.stop()
  if (!answer.ok) throw new Error(`the front page answered ${answer.status}`)
  return seconds
}

const first: number[] = []
const again: number[] = []
const yardstick: number[] = []
for (let round = 0; round < 3; round++) {
  await withDataFolder(async (folder) => {
    first.push(await timeToPage(() => startSite(folder)))
    again.push(await timeToPage(() => startSite(folder)))
    yardstick.push(await timeToPage(startEmptyServer))
  })
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[1] ?? 0
const empty = median(yardstick)
console.log(`yardstick, an empty page by the same HTTP server: ${empty.toFixed(2)} s`)
console.log(
  `first start, with a new database and the sample edition: ${median(first).toFixed(2)} s, ${(median(first) / empty).toFixed(1)} times the yardstick (goal: below 3 s)`,
)
console.log(
  `start: ${median(again).toFixed(2)} s, ${(median(again) / empty).toFixed(1)} times the yardstick (goal: below 3 s)`,
)
