import { listQuarantine, type QuarantinedRecord } from '../../../sources/quarantine.ts'
import { badParameter } from '../../errors/show.tsx'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'

const SHOWN = 50

/** `/desk/quarantine`: records that could not be read; `?source=` narrows them down. */
export const showQuarantine = forCurators(async (site, c) => {
  const source = c.req.query('source')?.slice(0, 40) ?? null
  const { records, count } = await listQuarantine(site.db, { source, limit: SHOWN })
  const counts = ['recorded', 'passed', 'unreadable'].map((name) => ({ name, text: c.req.query(name) }))
  const notCounted = counts.find(({ text }) => text !== undefined && !/^\d{1,6}$/.test(text))
  if (notCounted)
    return badParameter(site, c, { ...notCounted, reason: `“${notCounted.name}” is a number of records.` })
  const [recorded = null, passed = null, unreadable = null] = counts.map(({ text }) =>
    text === undefined ? null : Number(text),
  )
  return c.html(
    deskPage(site, {
      title: 'Quarantine',
      path: '/desk/sources',
      children: (
        <>
          {recorded !== null && unreadable !== null && (
            <p class="notice" role="status">
              {recorded} {recorded === 1 ? 'paper was' : 'papers were'} recorded
              {passed !== null && `; ${passed} lacked the words that the source’s papers must have`}
              {unreadable > 0 && `; ${unreadable} could still not be read`}.
            </p>
          )}
          <p>
            Records that could not be read, as they came{source === null ? '' : ` from ${source}`}. Everything
            else of their runs was taken in. After an upgrade they may be readable.
            {source !== null && (
              <>
                {' '}
                <a href="/desk/quarantine">All sources</a>
              </>
            )}
          </p>
          {count === 0 ? (
            <p class="blank">No records are in quarantine.</p>
          ) : (
            <>
              <form class="act" method="post" action="/desk/quarantine/rereading">
                <input type="hidden" name="source" value={source ?? ''} />
                <button type="submit" class="button quiet">
                  Read all again
                </button>
              </form>
              <ul class="queue-items">
                {records.map((record) => (
                  <li>
                    <RecordItem site={site} record={record} narrowed={source} />
                  </li>
                ))}
              </ul>
              {count > records.length && (
                <p class="aside">
                  {(count - records.length).toLocaleString('en-GB')} more will appear as these leave the
                  quarantine.
                </p>
              )}
            </>
          )}
        </>
      ),
    }),
  )
})

function RecordItem({
  site,
  record,
  narrowed,
}: {
  site: Site
  record: QuarantinedRecord
  /** The source that the page is narrowed down to. */
  narrowed: string | null
}) {
  const { id, source, position, reason, firstAt, lastAt, times } = record
  const back =
    narrowed === null ? '/desk/quarantine' : `/desk/quarantine?source=${encodeURIComponent(narrowed)}`
  return (
    <>
      <h2>{reason}</h2>
      <p class="hint">
        {source}, {position}; first seen <When site={site} instant={firstAt} />
        {times > 1 && (
          <>
            , {times} times, last <When site={site} instant={lastAt} />
          </>
        )}
      </p>
      {record.record !== '' && (
        <details>
          <summary>The record as it came</summary>
          <pre class="raw" tabindex={0}>
            {record.record}
          </pre>
        </details>
      )}
      <form class="act" method="post" action={`/desk/quarantine/${id}/rereading`}>
        <input type="hidden" name="back" value={back} />
        <input type="hidden" name="source" value={narrowed ?? ''} />
        <button type="submit" class="button quiet" aria-label={`Read again: ${position}`}>
          Read again
        </button>
        <button
          type="submit"
          class="button danger"
          formaction={`/desk/quarantine/${id}/removal`}
          aria-label={`Delete: ${position}`}
        >
          Delete
        </button>
      </form>
    </>
  )
}
