import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import type { TestProject } from 'vitest/node'
import { acquireLocalPostgres } from '../src/db/local-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Which PostgreSQL a project's tests run on. */
    postgres: 'bundled' | 'system'
    /** How to reach it, or null where this machine has none. */
    server: pg.ClientConfig | null
  }
}

/** Starts the PostgreSQL a project of database tests runs on, in a folder of its own, and stops it after them. */
export default async function startServer(project: TestProject) {
  const which = project.config.provide['postgres'] as 'bundled' | 'system'
  const binaries = which === 'system' ? systemBinaries() : undefined
  if (binaries === null) {
    process.stderr.write(
      'SKIPPED: database tests on this machine’s own PostgreSQL: none found in /usr/lib/postgresql.\n',
    )
    project.provide('server', null)
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'broadsheet-test-'))
  const postgres = await acquireLocalPostgres({
    folder: join(folder, 'postgres'),
    ...(binaries ? { binaries } : {}),
  })
  project.provide('server', postgres.address)
  return async () => {
    await postgres.release()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The programs of the PostgreSQL that this machine has; null where it has none. */
export function systemBinaries(): { postgres: string; initdb: string; pg_ctl: string } | null {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).filter((name) => Number(name) >= 15) : []
  const version = versions.toSorted((a, b) => Number(a) - Number(b))[0]
  if (!version) return null
  const program = (name: string) => join(root, version, 'bin', name)
  return { postgres: program('postgres'), initdb: program('initdb'), pg_ctl: program('pg_ctl') }
}
