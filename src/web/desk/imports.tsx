import { importDetails, recentImports, type PastImport } from '../../sources/recent-imports.ts'
import { notFound } from '../errors/show.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { numberIn } from './parse-ids.ts'
import { deskPage, forCurators } from './parts.tsx'

const SHOWN = 50

/** `/desk/imports`: recent imports. */
export const showImports = forCurators(async (site, c) => {
  const imports = await recentImports(site.db, { limit: SHOWN })
  return c.html(
    deskPage(site, {
      title: 'Imports',
      path: '/desk/imports',
      children:
        imports.length === 0 ? (
          <p class="blank">Nothing has been imported yet.</p>
        ) : (
          <ImportTable site={site} imports={imports} />
        ),
    }),
  )
})

/** `/desk/imports/7`: one import and what it refused. */
export const showImport = forCurators(async (site, c) => {
  const id = numberIn(c)
  const found = id === null ? null : await importDetails(site.db, { id })
  if (!found) return notFound(site, c, { what: 'There is no such import.' })
  const { past, refusals } = found
  return c.html(
    deskPage(site, {
      title: past.name,
      path: '/desk/imports',
      children: (
        <>
          <ImportTable site={site} imports={[past]} />
          {refusals.length === 0 ? (
            <p class="blank">No records were refused.</p>
          ) : (
            <section class="queue" aria-labelledby="refused">
              <h2 id="refused">
                Refused <span class="count">{past.refused}</span>
              </h2>
              <ul class="evidence">
                {refusals.map(({ position, reason }) => (
                  <li>
                    <strong>{position}</strong>: {reason}
                  </li>
                ))}
              </ul>
              {past.refused > refusals.length && (
                <p class="aside">The reasons for {past.refused - refusals.length} more were not kept.</p>
              )}
            </section>
          )}
        </>
      ),
    }),
  )
})

const COUNTS = ['new', 'updated', 'unchanged', 'refused'] as const

function ImportTable({ site, imports }: { site: Site; imports: PastImport[] }) {
  return (
    <section class="wide" tabindex={0} aria-label="Table of imports">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Import</th>
            <th scope="col">Format</th>
            <th scope="col">Started</th>
            <th scope="col">Finished</th>
            {COUNTS.map((name) => (
              <th scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {imports.map((past) => (
            <tr>
              <td>
                <a href={`/desk/imports/${past.id}`}>{past.name}</a>
              </td>
              <td>{past.format}</td>
              <td>
                <When site={site} instant={past.startedAt} />
              </td>
              <td>{past.finishedAt ? <When site={site} instant={past.finishedAt} /> : 'not finished'}</td>
              {COUNTS.map((name) => (
                <td class="number">{past[name].toLocaleString('en-GB')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
