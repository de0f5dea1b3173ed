import { NOTICE_LABELS, type Notice, type NoticeKind } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainDay } from '../../papers/dates-in-words.ts'
import { doiUrl } from '../parts/places.tsx'

const WHAT: Readonly<Record<NoticeKind, string>> = {
  retraction: 'This paper has been retracted',
  withdrawal: 'This paper has been withdrawn',
  concern: 'An expression of concern has been published about this paper',
  correction: 'This paper has been corrected',
}

/** What has been said of a paper since it came out, above everything else on its page. */
export function Notices({ paper: { notices } }: { paper: Paper }) {
  return notices.map((notice) => (
    <p class={notice.kind === 'correction' ? 'notice' : 'notice problem'}>
      <strong>{NOTICE_LABELS[notice.kind]}.</strong> <NoticeText notice={notice} />
    </p>
  ))
}

function NoticeText({ notice: { kind, date, doi } }: { notice: Notice }) {
  return (
    <>
      {WHAT[kind]}
      {date !== undefined && ` on ${plainDay(date)}`}.{' '}
      {doi !== undefined && <a href={doiUrl(doi)}>Read the notice</a>}
    </>
  )
}
