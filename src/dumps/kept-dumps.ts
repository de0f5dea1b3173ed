import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A dump that is kept for everybody to download. */
export type KeptDump = { name: string; bytes: number; writtenAt: Date }

/** Where dumps are, in the data folder. */
export function dumpsFolder(dataFolder: string): string {
  return join(dataFolder, 'dumps')
}

/** One a night has the day in its name; one that somebody asked for has the time as well. In UTC. */
export function dumpName(now: Date, { isNightly }: { isNightly: boolean }): string {
  const time = now.toISOString()
  return isNightly
    ? `broadsheet-dump-${time.slice(0, 10)}.zip`
    : `broadsheet-dump-${time.slice(0, 10)}-${time.slice(11, 19).replaceAll(':', '')}.zip`
}

const NAME = /^broadsheet-dump-(\d{4}-\d{2}-\d{2})(?:-\d{6})?\.zip$/

export function isDumpName(name: string): boolean {
  return NAME.test(name)
}

/** The dumps of a folder that are whole, the newest first; none where there is no folder. */
export async function keptDumps(folder: string): Promise<KeptDump[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const dumps = await Promise.all(
    names.filter(isDumpName).map(async (name): Promise<KeptDump[]> => {
      const found = await stat(join(folder, name)).catch(() => null)
      return found?.isFile() ? [{ name, bytes: found.size, writtenAt: found.mtime }] : []
    }),
  )
  return dumps.flat().toSorted((a, b) => (a.name < b.name ? 1 : -1))
}

/** Nights of which every dump is kept, and months before them of which the first is. */
const NIGHTS = 7
const MONTHS = 3

/** Those that are kept no longer: besides the last seven there is the first of each of the last three months. */
function superseded(dumps: KeptDump[]): KeptDump[] {
  const newest = dumps.toSorted((a, b) => (a.name < b.name ? 1 : -1))
  const firstOfMonths = [...Map.groupBy(newest, ({ name }) => NAME.exec(name)?.[1]?.slice(0, 7)).values()]
    .flatMap((ofMonth) => ofMonth.slice(-1))
    .slice(0, MONTHS)
  const kept = new Set([...newest.slice(0, NIGHTS), ...firstOfMonths])
  return newest.filter((dump) => !kept.has(dump))
}

/** Removes what is kept no longer, and what of a dump was written when its process ended. */
export async function removeSuperseded(
  folder: string,
  { isUnderway = () => false }: { isUnderway?: (draft: string) => boolean } = {},
): Promise<void> {
  const gone = superseded(await keptDumps(folder)).map(({ name }) => name)
  const names = await readdir(folder)
  const drafts = names.filter((name) => name.endsWith('.partial') && !isUnderway(name))
  for (const name of [...gone, ...drafts]) await rm(join(folder, name), { force: true })
}
