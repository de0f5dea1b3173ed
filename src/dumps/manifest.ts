import { z } from 'zod'
import { DUMP_FORMAT } from './format.ts'

/** Raised when what is in a dump is laid out in another way. */
export const DUMP_VERSION = 1

/** What every dump says, of whatever version. */
export const ANY_MANIFEST = z.object({
  format: z.literal(DUMP_FORMAT),
  version: z.int().min(1),
})

/** What a dump holds, as its `manifest.json` says; it is written last. */
export const MANIFEST = z.object({
  ...ANY_MANIFEST.shape,
  /** The program that wrote it. */
  program: z.string().max(100),
  /** The site that it is of: its identifier stays, whatever its name and address. */
  site: z.object({ id: z.uuid(), name: z.string().max(200), url: z.string().max(2_000).nullable() }),
  takenAt: z.iso.datetime({ precision: 3 }),
  /** By which its editions are dated. */
  timeZone: z.string().max(100),
  files: z
    .array(
      z.object({
        name: z.string().max(100),
        /** In hexadecimal digits. */
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        bytes: z.int().min(0),
        /** How many lines it has; 0 for what has no records. */
        records: z.int().min(0),
      }),
    )
    .max(100),
})
export type DumpManifest = z.infer<typeof MANIFEST>
