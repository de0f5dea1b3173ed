import { listQuarantine, type QuarantinedRecord } from '../../../sources/quarantine.ts'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'

const SHOWN = 50

/** `/desk/quarantine`: records that could not be read; `?source=` narrows them down. */
export const showQuarantine = forCurators(async (site, c) => {
  const source = c.req.query('source')?.slice(0, 40) ?? null
  const { records, count } = await listQuarantine(site.db, { source, limit: SHOWN })
  const [recorded, unreadable] = [c.req.query('recorded'), c.req.query('unreadable')].map((text) =>
    /^\d{1,6}$/.test(text ?? '') ? Number(text) : null,
  )
  return c.html(
    deskPage(site, {
      title: 'Quarantine',
      path: '/desk/sources',
      children: (
        <>
          {recorded !== null && unreadable !== null && (
            <p class="notice" role="status">
              {recorded} {recorded === 1 ? 'record was' : 'records were'} read and recorded; {unreadable}{' '}
              could still not be read.
            </p>
          )}
          <p>
            Records that could not be read, as they came{source === null ? '' : ` from ${source}`}. Everything
            else of their runs was taken in. After an upgrade they may be readable.
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
                    <RecordItem site={site} record={record} />
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

function RecordItem({ site, record }: { site: Site; record: QuarantinedRecord }) {
  const { id, source, position, reason, firstAt, lastAt, times } = record
  const back = '/desk/quarantine'
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
