/** Importing 40,000 real papers into an empty database, and again when nothing is new: records a second. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { realPapers, runVerb, withDataFolder } from './site.ts'

const papers = realPapers()
if (papers) {
  const yardstick = await parseOnly(papers)
  console.log(`yardstick, reading the file and parsing its JSON: ${yardstick.toFixed(2)} s`)
  await withDataFolder(async (folder) => {
    await runVerb(folder, 'migrate')
    for (const name of ['import', 'import again, nothing new']) {
      const { output, seconds } = await runVerb(folder, 'import', papers)
      console.log(`${name}: ${output.trim()}`)
      console.log(
        `${name}: ${seconds.toFixed(1)} s as a whole process (goal: below 60), ${(seconds / yardstick).toFixed(1)} times the yardstick`,
      )
    }
  })
}

async function parseOnly(file: string): Promise<number> {
  const started = performance.now()
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity })
  for await (const line of lines) JSON.parse(line)
  return (performance.now() - started) / 1000
}
