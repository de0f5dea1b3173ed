/** What has been said of a paper after it came out, the gravest first. */
export const NOTICE_KINDS = ['retraction', 'withdrawal', 'concern', 'correction'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

/** A notice about a paper: `date` is a day (`YYYY-MM-DD`), `doi` that of the notice itself, in lower case. */
export type Notice = { kind: NoticeKind; date?: string; doi?: string }

/** Where a preprint came out: the DOI, in lower case, and what its source says besides; `date` is a day. */
export type PublishedAs = { doi: string; journal?: string; date?: string }

/** As lists say it: one word. */
export const NOTICE_LABELS: Readonly<Record<NoticeKind, string>> = {
  retraction: 'Retracted',
  withdrawal: 'Withdrawn',
  concern: 'Expression of concern',
  correction: 'Corrected',
}

/** All notices of several statements, each once, the gravest first and of these the latest. */
export function collectNotices(lists: readonly (readonly Notice[])[]): Notice[] {
  const notices = new Map<string, Notice>()
  for (const notice of lists.flat()) {
    const key = `${notice.kind} ${notice.doi ?? ''}`
    const held = notices.get(key)
    if (held === undefined || (held.date === undefined && notice.date !== undefined)) notices.set(key, notice)
  }
  // What one source has without a DOI, another has with one.
  const named = new Set([...notices.values()].flatMap(({ kind, doi }) => (doi === undefined ? [] : [kind])))
  return [...notices.values()]
    .filter(({ kind, doi }) => doi !== undefined || !named.has(kind))
    .toSorted(
      (a, b) =>
        NOTICE_KINDS.indexOf(a.kind) - NOTICE_KINDS.indexOf(b.kind) ||
        (b.date ?? '').localeCompare(a.date ?? '') ||
        (a.doi ?? '').localeCompare(b.doi ?? ''),
    )
}

/** What readers must know of a paper before they read it, in one word each: `Retracted`. */
export function warningsOf({
  withdrawn,
  notices,
}: {
  withdrawn: boolean
  notices: readonly Notice[]
}): string[] {
  const kinds = new Set(notices.map(({ kind }) => kind))
  if (withdrawn) kinds.add('withdrawal')
  return NOTICE_KINDS.filter((kind) => kinds.has(kind)).map((kind) => NOTICE_LABELS[kind])
}
