import { execFile } from 'node:child_process'
import { chown, lchown, readdir, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { LocalPostgresError } from './error.ts'

const run = promisify(execFile)

type Owner = { uid: number; gid: number }

/**
 * How PostgreSQL's programs are run, since they refuse to run as root: `prefix` stands before the command, `user` is
 * whom to become, `files` who owns the data folder, `major` the version of the programs, tried in this way.
 */
export type Runner = Way & { major: number; searchPath: string }

type Way = { prefix: string[]; user: Owner | undefined; files: Owner }

/** Where `id`, `sh`, `setpriv` and `unshare` are: the same for everyone who starts the server, and safe for root. */
export const SYSTEM_PATH =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin'

/** A command with its arguments and the options of spawn, as this runner would run it. */
export function command({ runner, program, args }: { runner: Runner; program: string; args: string[] }) {
  const [file = program, ...rest] = [...runner.prefix, program, ...args]
  // A short environment: the server outlives this process and has no business with its secrets, nor with PGDATA.
  const env = environment(runner.searchPath)
  return { file, args: rest, options: { cwd: '/', env, ...runner.user } }
}

const environment = (searchPath: string) => ({ PATH: searchPath, LC_ALL: 'C', TZ: 'UTC' })

/**
 * Finds a way to run PostgreSQL on this folder, which exists, and gives the folder to the user it will run as.
 * Throws LocalPostgresError when there is none.
 */
export async function findRunner({
  folder,
  binaries,
  searchPath,
}: {
  folder: string
  binaries: Binaries
  searchPath: string
}): Promise<Runner> {
  const uid = process.geteuid?.() ?? 0
  const gid = process.getegid?.() ?? 0
  const self = { prefix: [], user: undefined, files: { uid, gid } }
  if (uid !== 0) return tried({ way: self, folder, binaries, searchPath })

  const target = await unprivilegedOwner({ folder, searchPath })
  let failure: unknown
  for (const way of waysFromRoot(target)) {
    try {
      await giveTo({ folder, owner: way.files })
      return await tried({ way, folder, binaries, searchPath })
    } catch (error) {
      failure = error
    }
  }
  throw new LocalPostgresError(
    `PostgreSQL does not run as root, and no other user could be given ${dirname(folder)} and ${binaries.postgres} ` +
      '(tried a plain change of user, setpriv and unshare): run Broadsheet as an ordinary user, or move both into ' +
      'folders that others may enter, or set DATABASE_URL.',
    { cause: failure },
  )
}

/** The same runner, for initdb, which wants its user to have a name; containers often run as a number without one. */
export async function named(runner: Runner): Promise<Runner> {
  if (process.geteuid?.() === 0) return runner
  try {
    userInfo()
    return runner
  } catch {
    const nobody = await lookUp({ name: 'nobody', searchPath: runner.searchPath })
    return nobody === undefined ? runner : { ...runner, prefix: inNamespaceAs(nobody) }
  }
}

// In this order: a plain change of user needs no privilege for the server, but it must be able to enter the parent
// folders. setpriv leaves it the one capability for that (the wider one where containers grant only that). unshare
// comes last, because the server then is root in disguise: the kernel still treats it as the owner of root's files.
function waysFromRoot(target: Owner): Way[] {
  const setpriv = (capability: string) => [
    'setpriv',
    `--reuid=${target.uid}`,
    `--regid=${target.gid}`,
    '--clear-groups',
    '--no-new-privs',
    // access(2), by which PostgreSQL looks for its own programs, else ignores the capability (credentials(7)).
    '--securebits=+no_setuid_fixup',
    `--inh-caps=+${capability}`,
    `--ambient-caps=+${capability}`,
    '--',
  ]
  return [
    { prefix: [], user: target, files: target },
    { prefix: setpriv('dac_read_search'), user: undefined, files: target },
    { prefix: setpriv('dac_override'), user: undefined, files: target },
    { prefix: inNamespaceAs(target), user: undefined, files: { uid: 0, gid: 0 } },
  ]
}

function inNamespaceAs({ uid, gid }: Owner): string[] {
  return ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--']
}

async function tried({
  way,
  folder,
  binaries,
  searchPath,
}: {
  way: Way
  folder: string
  binaries: Binaries
  searchPath: string
}): Promise<Runner> {
  // Entering the folder is part of the trial, being what a postmaster does first.
  const args = ['-c', 'cd "$1" && exec "$2" --version', 'sh', folder, binaries.postgres]
  const trial = command({ runner: { ...way, major: 0, searchPath }, program: '/bin/sh', args })
  let answer: string
  try {
    const { stdout, stderr } = await run(trial.file, trial.args, trial.options)
    // It runs, but cannot see itself in its folder: initdb and the server would fail.
    if (stderr.includes('invalid binary')) throw Object.assign(new Error('invalid binary'), { stderr })
    answer = stdout
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').at(-1) || (cause as Error).message
    throw new LocalPostgresError(
      `PostgreSQL cannot be run on this machine (${said}): run npm ci again, or set DATABASE_URL.`,
      { cause },
    )
  }
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(answer)?.[1])
  if (!major)
    throw new LocalPostgresError(`${binaries.postgres} is not PostgreSQL: it says ${answer.trim()}.`)
  return { ...way, major, searchPath }
}

async function unprivilegedOwner({
  folder,
  searchPath,
}: {
  folder: string
  searchPath: string
}): Promise<Owner> {
  const owner = await stat(folder)
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  // Somebody's own folder in which root starts Broadsheet once should still be theirs to use afterwards.
  const above = await stat(dirname(folder))
  if (above.uid !== 0 && (above.mode & 0o1000) === 0 && (await hasName({ uid: above.uid, searchPath }))) {
    return { uid: above.uid, gid: above.gid }
  }
  const found =
    (await lookUp({ name: 'postgres', searchPath })) ?? (await lookUp({ name: 'nobody', searchPath }))
  if (found !== undefined) return found
  throw new LocalPostgresError(
    'PostgreSQL does not run as root and this machine has no user postgres or nobody: run Broadsheet as an ordinary ' +
      'user, or set DATABASE_URL.',
  )
}

type Search<Wanted> = Wanted & { searchPath: string }

async function lookUp({ name, searchPath }: Search<{ name: string }>): Promise<Owner | undefined> {
  const options = { env: environment(searchPath) }
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name], options), run('id', ['-g', name], options)])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

async function hasName({ uid, searchPath }: Search<{ uid: number }>): Promise<boolean> {
  try {
    await run('id', ['-un', String(uid)], { env: environment(searchPath) })
    return true
  } catch {
    return false
  }
}

async function giveTo({ folder, owner }: { folder: string; owner: Owner }): Promise<void> {
  if ((await stat(folder)).uid === owner.uid) return
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid)
  }
  // Last, so that a folder whose own owner is right is right throughout.
  await chown(folder, owner.uid, owner.gid)
}
