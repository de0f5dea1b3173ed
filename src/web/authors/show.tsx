import type { Context } from 'hono'
import { printedName } from '../../papers/authors.ts'
import { nameKey } from '../../papers/names.ts'
import { countPapers } from '../../ranking/count-papers.ts'
import type { PaperList } from '../../ranking/list-orders.ts'
import { notFound } from '../errors/show.tsx'
import { splitListSuffix } from '../list/paging.ts'
import { showList } from '../list/show.tsx'
import type { Site } from '../site.ts'

const ORCID = /^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$/

/** `/authors/qiushi-sun`: papers under a name; `/authors/0000-0002-1825-0097`: papers of a person. And their feeds. */
export function showAuthor(site: Site) {
  return async (c: Context) => {
    const { path: asked, feed, file } = splitListSuffix(c.req.param('key') ?? '')
    const isOrcid = ORCID.test(asked)
    const key = isOrcid ? asked : nameKey(asked)
    const list: Extract<PaperList, { kind: 'name' | 'orcid' }> = isOrcid
      ? { kind: 'orcid', orcid: key }
      : { kind: 'name', nameKey: key }
    const name = key === '' ? null : await printedName(site.db, list)
    if (name === null) return notFound(site, c, { what: 'No paper here has an author with this name.' })
    // A name as it is printed leads to its page too.
    if (key !== asked)
      return c.redirect(`/authors/${encodeURIComponent(key)}${feed ?? file?.suffix ?? ''}`, 301)
    const total = await countPapers(site.db, list)
    const papers = total === 1 ? '1 paper' : `${total.toLocaleString('en-GB')} papers, newest first`
    return showList(site, c, {
      list,
      feed,
      file,
      view: {
        kicker: list.kind === 'orcid' ? 'Author' : 'Author name',
        title: name,
        description: `Papers by ${name}.`,
        intro:
          list.kind === 'orcid' ? (
            <p>
              {papers}. <a href={`https://orcid.org/${key}`}>ORCID {key}</a>
            </p>
          ) : (
            <p>{papers}. People who share this name share this page.</p>
          ),
        path: `/authors/${encodeURIComponent(key)}`,
        ranked: false,
        empty: <p>No papers.</p>,
      },
    })
  }
}
