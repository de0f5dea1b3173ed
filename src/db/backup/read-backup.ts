import { buffer } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { readMigrations } from '../migrate.ts'
import {
  ANY_MANIFEST,
  BACKUP_VERSION,
  fileEntry,
  KEPT_FILES,
  MANIFEST,
  type KeptFile,
  type Manifest,
} from './manifest.ts'
import { openZip, type OpenZip } from './open-zip.ts'

/** A backup that this program can restore; to be closed. */
export type Backup = {
  manifest: Manifest
  /** Of the data folder. */
  files: Map<KeptFile, Buffer>
  zip: OpenZip
}

export type BackupRefusal = 'no-backup' | 'damaged' | 'newer'

/** More than any manifest or kept file has. */
const LONGEST_SMALL_FILE = 4 * 1024 * 1024

/** Opens a backup and reads what it says of itself. Throws when there is no file or it can't be read. */
export async function readBackup(
  path: string,
): Promise<{ ok: true; backup: Backup } | { ok: false; reason: BackupRefusal }> {
  const zip = await openZip(path)
  if (zip === null) return { ok: false, reason: 'no-backup' }
  const refused = (reason: BackupRefusal) => {
    zip.close()
    return { ok: false, reason } as const
  }
  const json = parseJson(await smallFile(zip, 'manifest.json'))
  if ((ANY_MANIFEST.safeParse(json).data?.version ?? 0) > BACKUP_VERSION) return refused('newer')
  const found = MANIFEST.safeParse(json)
  if (!found.success) return refused('damaged')
  const manifest = found.data
  const migrations = await readMigrations()
  const known = new Map(migrations.map(({ name, sha256 }) => [name, sha256]))
  if (manifest.migrations.some(({ name, sha256 }) => known.get(name) !== sha256)) return refused('newer')
  // A schema has all that came before its last migration.
  if (manifest.migrations.some(({ name }, i) => migrations[i]?.name !== name)) return refused('damaged')
  const files = new Map<KeptFile, Buffer>()
  for (const file of KEPT_FILES.filter((name) => manifest.files.includes(name))) {
    const bytes = await smallFile(zip, fileEntry(file))
    if (bytes === null) return refused('damaged')
    files.set(file, bytes)
  }
  return { ok: true, backup: { manifest, files, zip } }
}

function parseJson(bytes: Buffer | null): unknown {
  try {
    return JSON.parse(String(bytes))
  } catch {
    return null
  }
}

/** What an entry holds, or null when it is missing, altered or far too long. */
async function smallFile(zip: OpenZip, name: string): Promise<Buffer | null> {
  const entry = zip.entries.get(name)
  if (!entry || entry.uncompressedSize > LONGEST_SMALL_FILE) return null
  const bytes = await zip
    .read(entry)
    .then(buffer)
    .catch(() => null)
  return bytes !== null && crc32(bytes) === entry.crc32 ? bytes : null
}
