import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dataFolder, importPapers, processesIn, runVerb, startSite } from './site.ts'
import { sampleFolder, untilIndexed } from './use-site.ts'

const ADA = 'ada@readers.example'

describe('A site moves to another machine', () => {
  const folders: string[] = []
  const toRemove = (folder: string) => {
    folders.push(folder)
    return folder
  }
  const newFolder = async () => toRemove(await dataFolder())
  afterAll(async () => {
    for (const folder of folders) {
      expect(await processesIn(folder)).toEqual([])
      await rm(folder, { recursive: true })
    }
  })

  /** Signs in by the link that an operator prints, and answers with the cookie. */
  async function signIn(data: string, origin: string): Promise<string> {
    const link = (await runVerb(data, ['user', 'link', ADA])).trim()
    expect(link.startsWith(`${origin}/sign-in/link?`)).toBe(true)
    const token = new URL(link).searchParams.get('token') ?? ''
    const answer = await fetch(`${origin}/sign-in/link`, {
      method: 'POST',
      body: new URLSearchParams({ token, to: '/' }),
      headers: { origin },
      redirect: 'manual',
    })
    expect(answer.status).toBe(303)
    return answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')
  }

  it('by a backup that is written while it is read, and goes on with its readers signed in', async () => {
    const data = toRemove(await sampleFolder())
    await writeFile(join(data, 'settings.env'), `# Of this site\nCURATORS=${ADA}\nSITE_NAME="Broadsheet"\n`)
    const site = await startSite(data)
    await importPapers(data, [
      { id: '2611.00001', title: 'Tides of mountain lakes', abstract: 'Lakes swing.' },
    ])
    const cookie = await signIn(data, site.origin)
    const voted = await fetch(`${site.origin}/papers/2611.00001/vote`, {
      method: 'POST',
      body: new URLSearchParams({ vote: '1' }),
      headers: { origin: site.origin, cookie },
      redirect: 'manual',
    })
    expect(voted.status).toBe(303)

    const backups = join(data, 'backups')
    await mkdir(backups)
    let asked = 0
    const done = new AbortController()
    const readers = (async () => {
      while (!done.signal.aborted) {
        const answer = await fetch(`${site.origin}/papers/new`)
        expect(answer.status).toBe(200)
        await answer.text()
        asked++
      }
    })()
    expect(await runVerb(data, ['backup', backups])).toMatch(
      /^[\d,]+ rows of \d+ tables are in \S+\.zip\.\n$/,
    )
    done.abort()
    await readers
    expect(asked).toBeGreaterThan(0)
    const [name = ''] = await readdir(backups)
    const backup = join(await newFolder(), name)
    await writeFile(backup, await readFile(join(backups, name)))
    expect(await site.stop()).toBe(0)

    const elsewhere = await newFolder()
    const said = await runVerb(elsewhere, ['restore', backup])
    expect(said).toContain('rows are restored')
    const restored = await startSite(elsewhere)
    try {
      await untilIndexed(restored, 92)
      const page = await (await fetch(`${restored.origin}/papers/2611.00001`, { headers: { cookie } })).text()
      expect(page).toContain('Tides of mountain lakes')
      // Signed in, a curator by the settings that came along, and with their vote.
      expect(page).toContain('/desk')
      expect(page).toContain('aria-pressed="true"')
      await expect(runVerb(elsewhere, ['restore', backup])).rejects.toThrow('already holds a site')
      await expect(runVerb(elsewhere, ['user', 'link', 'nobody@readers.example'])).rejects.toThrow('--new')
    } finally {
      expect(await restored.stop()).toBe(0)
    }
  })
})
