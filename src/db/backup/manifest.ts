import { z } from 'zod'

/** Raised when what is in a backup is laid out in another way. */
export const BACKUP_VERSION = 1

/** What every backup says, of whatever version. */
export const ANY_MANIFEST = z.object({
  format: z.literal('broadsheet-backup'),
  version: z.number().int().min(1),
})

/** What a backup holds, as its `manifest.json` says; it is written last. */
export const MANIFEST = z.object({
  ...ANY_MANIFEST.shape,
  /** The program that wrote it. */
  program: z.string(),
  takenAt: z.iso.datetime(),
  /** The schema it is of: the migrations that had been applied. */
  migrations: z.array(z.object({ name: z.string(), sha256: z.string() })).min(1),
  /** In an order in which they can be filled: those that others refer to come first. */
  tables: z.array(
    z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number().int().min(0) }),
  ),
  sequences: z.array(z.object({ name: z.string(), last: z.number().int().min(1), used: z.boolean() })),
  /** Of the data folder. */
  files: z.array(z.string()),
})
export type Manifest = z.infer<typeof MANIFEST>

/** The rows of a table are in PostgreSQL's text format of COPY. */
export function tableEntry(table: string): string {
  return `tables/${table}.copy`
}

/**
 * Files that are part of a site, beside its database, by their names in the data folder. The settings and the key that mail is
 * signed with may have been elsewhere.
 */
export const KEPT_FILES = ['secret', 'settings.env', 'dkim.pem'] as const
export type KeptFile = (typeof KEPT_FILES)[number]

export function fileEntry(file: KeptFile): string {
  return `files/${file}`
}
