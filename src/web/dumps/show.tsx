import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Context } from 'hono'
import { isDumpName, keptDumps, type KeptDump } from '../../dumps/kept-dumps.ts'
import { notFound } from '../errors/show.tsx'
import { renderPage } from '../layout.tsx'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { rangeAsked } from './range.ts'

const PATH = '/dumps'

/** `/dumps`: the dumps that can be downloaded. */
export function showDumps(site: Site) {
  return async (c: Context) => {
    const dumps = await keptDumps(site.dumpsFolder)
    return c.html(
      renderPage(site, {
        head: {
          title: 'Dumps',
          description: `Everything that ${site.name} shows to everyone, in one file.`,
          path: PATH,
        },
        children: (
          <article class="prose">
            <header class="edition-head">
              <p class="kicker">Open data</p>
              <h1>Dumps</h1>
            </header>
            <p>
              Every night, everything that this site shows to everyone is written to one file: papers and what
              their sources say of them, editions, events, comments and public collections. Nobody’s address,
              votes or reading list is in it.
            </p>
            {dumps.length === 0 ? (
              <p>There is no dump yet. The first one is written tonight.</p>
            ) : (
              <ul class="rows">
                {dumps.map((dump) => (
                  <li>
                    <a href={pathOf(dump)}>{dump.name}</a>{' '}
                    <span>
                      {sizeInWords(dump.bytes)}, <When site={site} instant={dump.writtenAt} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
            <p>
              Each is a ZIP file of JSON Lines, with a schema, and checksums in its <code>manifest.json</code>
              . The newest one is always at{' '}
              {dumps.length === 0 ? <code>{PATH}/latest</code> : <a href={`${PATH}/latest`}>{PATH}/latest</a>}
              . Anyone who runs Broadsheet can take one in, with <code>bin/broadsheet import</code>, and go on
              from there.
            </p>
          </article>
        ),
      }),
    )
  }
}

/** `/dumps/:name`: one of them, from the disk as it is; all of it or a part. `latest` leads to the newest. */
export function sendDump(site: Site) {
  return async (c: Context) => {
    const name = c.req.param('name') ?? ''
    if (name === 'latest') {
      const [newest] = await keptDumps(site.dumpsFolder)
      if (!newest) return notFound(site, c, { what: 'There is no dump yet.' })
      c.header('cache-control', 'no-cache')
      return c.redirect(pathOf(newest), 302)
    }
    const file = isDumpName(name) ? await openFile(join(site.dumpsFolder, name)) : null
    if (file === null)
      return notFound(site, c, {
        what: 'There is no such dump.',
        hint: (
          <>
            Those that are kept are in <a href={PATH}>the list of dumps</a>.
          </>
        ),
      })
    return sendFile(c, { file, name })
  }
}

async function openFile(path: string): Promise<FileHandle | null> {
  return open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

async function sendFile(c: Context, { file, name }: { file: FileHandle; name: string }): Promise<Response> {
  let isSent = false
  try {
    const { size, mtimeMs } = await file.stat()
    const modified = new Date(Math.floor(mtimeMs / 1_000) * 1_000)
    // A file of that name is written once.
    const etag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`
    const headers = {
      etag,
      'last-modified': modified.toUTCString(),
      'accept-ranges': 'bytes',
      'cache-control': 'public, no-cache',
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}"`,
    }
    const asked = rangeAsked((header) => c.req.header(header), { size, etag, modified })
    if (asked.kind === 'unchanged') return c.body(null, 304, headers)
    if (asked.kind === 'beyond') return c.body(null, 416, { ...headers, 'content-range': `bytes */${size}` })
    const { start, end } = asked.kind === 'part' ? asked : { start: 0, end: size - 1 }
    const status = asked.kind === 'part' ? 206 : 200
    const all = {
      ...headers,
      'content-length': String(end - start + 1),
      ...(asked.kind === 'part' && { 'content-range': `bytes ${start}-${end}/${size}` }),
    }
    if (c.req.method === 'HEAD') return c.body(null, status, all)
    isSent = true
    const stream = file.createReadStream({ start, end, highWaterMark: 256 * 1024 })
    return c.body(Readable.toWeb(stream) as ReadableStream, status, all)
  } finally {
    // A stream closes it when it ends, or nobody reads on.
    if (!isSent) await file.close()
  }
}

function pathOf({ name }: KeptDump): string {
  return `${PATH}/${name}`
}

function sizeInWords(bytes: number): string {
  const [amount, unit] =
    bytes >= 1e9 ? [bytes / 1e9, 'GB'] : bytes >= 1e6 ? [bytes / 1e6, 'MB'] : [bytes / 1e3, 'kB']
  return `${amount.toLocaleString('en-GB', { maximumFractionDigits: amount < 10 ? 1 : 0 })} ${unit}`
}
