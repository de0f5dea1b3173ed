import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DIFFICULT_PAPERS } from './difficult-papers.ts'
import { importPapers, openDatabase, processesIn, startSite, type RunningSite } from './site.ts'
import { sampleFolder } from './use-site.ts'

describe('The program as a process', () => {
  it('shows at once what is imported beside it, and keeps it through a power cut', async () => {
    const data = await sampleFolder()
    const site = await start(data)
    expect(await titleOf(`${site.origin}/`)).toContain('Tuesday, 8 July 2025')
    expect(await importPapers(data, DIFFICULT_PAPERS)).toMatch(
      new RegExp(
        String.raw`^${DIFFICULT_PAPERS.length} records: ${DIFFICULT_PAPERS.length} new, .* 0 refused`,
      ),
    )
    // The site hears of it from the database, on a busy machine a moment later.
    await waitFor(async () => ((await titleOf(`${site.origin}/`)) ?? '').includes('Wednesday, 9 July 2025'))
    expect(await importPapers(data, DIFFICULT_PAPERS)).toContain(`${DIFFICULT_PAPERS.length} unchanged`)

    await site.kill()
    const again = await start(data)
    expect(await titleOf(`${again.origin}/`)).toContain('Wednesday, 9 July 2025')
    expect(await titleOf(`${again.origin}/papers/2507.90005`)).toBe('A result that did not hold')
    expect(await titleOf(`${again.origin}/papers/date/2025-07-08`)).toContain('Tuesday, 8 July 2025')

    expect(await again.stop()).toBe(0)
    expect(await processesIn(data)).toEqual([])
    await rm(data, { recursive: true })
  })

  it('starts its database again when that dies, and serves on', async () => {
    const data = await sampleFolder()
    const site = await start(data)
    const postmaster = async () =>
      Number((await readFile(join(data, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])
    const first = await postmaster()
    process.kill(first, 'SIGKILL')
    await waitFor(async () => (await postmaster().catch(() => first)) !== first)
    await waitFor(async () => (await fetch(`${site.origin}/healthz`)).status === 200)
    expect(await titleOf(`${site.origin}/papers/month/2025-07`)).toContain('July 2025')
    expect(await importPapers(data, DIFFICULT_PAPERS)).toContain('0 refused')
    await waitFor(async () => ((await titleOf(`${site.origin}/`)) ?? '').includes('Wednesday, 9 July 2025'))

    expect(await site.stop()).toBe(0)
    expect(await processesIn(data)).toEqual([])
    await rm(data, { recursive: true })
  })

  it('finishes what it is answering when it is stopped, and takes nothing new', async () => {
    const data = await sampleFolder()
    const site = await start(data)
    const agent = new Agent({ keepAlive: true })
    const open = async (path: string) => {
      const [response] = (await once(get(site.origin + path, { agent }), 'response')) as [IncomingMessage]
      return { status: response.statusCode, body: await text(response) }
    }
    // Two connections that are kept: one is idle when the program is stopped, one is being answered.
    await Promise.all([open('/about'), open('/about/ranking')])
    const database = await openDatabase(data)
    await database.query('begin')
    await database.query('lock table papers in access exclusive mode')
    const answer = open('/papers/new')
    await waitFor(async () => {
      const { rows } = await database.query(
        // A transaction sees `pg_stat_activity` as it was when it first looked.
        `select 1 from pg_locks where relation = 'papers'::regclass and not granted
          and database = (select oid from pg_database where datname = current_database())`,
      )
      return rows.length > 0
    })

    const stopped = site.stop()
    await waitFor(() => isRefused(site.origin))
    await database.query('commit')
    await database.end()
    const { status, body } = await answer
    expect(status).toBe(200)
    expect(body).toContain('</html>')
    const answered = performance.now()
    expect(await stopped).toBe(0)
    // Less than the time for which the other side may keep an idle connection.
    expect(performance.now() - answered).toBeLessThan(4_000)
    expect(await processesIn(data)).toEqual([])
    agent.destroy()
    await rm(data, { recursive: true })
  })
})

/** Starts the site, which a test that fails half-way must not leave running. */
async function start(data: string): Promise<RunningSite> {
  const site = await startSite(data)
  onTestFinished(() => site.kill())
  return site
}

async function titleOf(url: string): Promise<string | undefined> {
  const html = await (await fetch(url)).text()
  return /<h1>(.*?)<\/h1>/.exec(html)?.[1]
}

function isRefused(origin: string): Promise<boolean> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
      .on('connect', () => {
        socket.destroy()
        resolve(false)
      })
      .on('error', () => resolve(true))
  })
}

/** Asks until the answer is yes; the test's own time limit is the end of it. */
async function waitFor(question: () => Promise<boolean>): Promise<void> {
  while (!(await question()));
}
