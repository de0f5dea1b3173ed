/** Something that the operator must mend; its message is one sentence that says what to do. */
export class SetupProblem extends Error {}

/** What the machine lacks, rather than what the program did wrong; `reason` is one sentence that says what to do. */
export type MachineFailure = {
  /** `full`: no room on the disk. `unwritable`: it can only be read. `exhausted`: no memory, files or connections left. */
  kind: 'full' | 'unwritable' | 'exhausted' | 'forbidden' | 'misplaced' | 'setup'
  reason: string
}

/** By the codes of the system and the SQLSTATEs of PostgreSQL. */
const KINDS: Record<string, 'full' | 'unwritable' | 'exhausted'> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  '53100': 'full',
  EROFS: 'unwritable',
  '25006': 'unwritable',
  ENOMEM: 'exhausted',
  EMFILE: 'exhausted',
  ENFILE: 'exhausted',
  '53000': 'exhausted',
  '53200': 'exhausted',
  '53300': 'exhausted',
  '57P03': 'exhausted',
}

/**
 * Tells a failure of the machine from a fault of the program (null). `path` is what was used where the error does not
 * name it.
 */
export function describeFailure(error: unknown, { path }: { path?: string } = {}): MachineFailure | null {
  if (error instanceof SetupProblem) return { kind: 'setup', reason: error.message }
  if (!(error instanceof Error)) return null
  const { code = '', path: named = path, message } = error as NodeJS.ErrnoException
  const kind = KINDS[code]
  if (kind === 'full') {
    const reason =
      code === 'EDQUOT'
        ? `The disk quota of ${named} is used up: free some space.`
        : `The disk of ${named ?? 'the database'} is full: free some space.`
    return { kind, reason }
  }
  if (kind === 'unwritable') {
    const reason =
      code === 'EROFS'
        ? `${named} is on a read-only disk: set BROADSHEET_DATA to a folder that can be written.`
        : 'The database can only be read: set DATABASE_URL to one that can be written.'
    return { kind, reason }
  }
  if (kind === 'exhausted')
    return { kind, reason: `The machine or its database has reached a limit (${message}): try again later.` }
  // Without a path these are about something else than files.
  if (named === undefined) return null
  if (code === 'EACCES' || code === 'EPERM') {
    const reason = `Broadsheet may not use ${named}: give its user the right to read and write there.`
    return { kind: 'forbidden', reason }
  }
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return { kind: 'misplaced', reason: `${named} runs through a file: set BROADSHEET_DATA to a folder.` }
  if (code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'mkdir')
    return { kind: 'misplaced', reason: `${named} cannot be made: set BROADSHEET_DATA to another folder.` }
  if (code === 'EISDIR')
    return { kind: 'misplaced', reason: `${named} is a folder where a file is needed: move it away.` }
  return null
}
