import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { serversAndMailers } from '../src/mail/mail-server.fixture.ts'
import { dataFolder, environment, importPapers, PROGRAM, processesIn, startSite } from './site.ts'
import { untilIndexed } from './use-site.ts'

/** As docs/self-hosting.md recommends for a site with many readers. */
describe('`serve --no-jobs` beside `work`', () => {
  const { serve } = serversAndMailers()

  it('sends mail, embeds and keeps the index, all of it in `work`', async () => {
    const mailServer = await serve()
    const data = await dataFolder()
    const settings = { SMTP_URL: mailServer.url(), LOG_LEVEL: 'info' }
    const site = await startSite(data, settings, ['--no-jobs'])
    onTestFinished(() => site.kill())

    const asked = await fetch(`${site.origin}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: site.origin },
      body: new URLSearchParams({ email: 'ada@readers.example' }),
    })
    expect(asked.headers.get('location')).toBe('/sign-in/sent')
    await importPapers(data, [
      { id: '2601.00001', title: 'Tides of mountain lakes', abstract: 'Water moves.', authors: ['A. Brook'] },
    ])

    const worker = spawn(process.execPath, [PROGRAM, 'work'], {
      env: { ...environment(data), ...settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void worker.kill('SIGKILL'))
    let log = ''
    worker.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))

    await vi.waitFor(() => expect(mailServer.recipients()).toEqual(['ada@readers.example']), {
      timeout: 30_000,
    })
    const link = /http:\S+/.exec(mailServer.mails()[0]?.text ?? '')?.[0] ?? ''
    expect(link.startsWith(site.origin), link).toBe(true)
    await untilIndexed(site, 92)
    await vi.waitFor(() => expect(log).toContain('papers were embedded'), { timeout: 60_000 })

    const ended = once(worker, 'exit')
    worker.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
    expect(await site.stop()).toBe(0)
    expect(await processesIn(data)).toEqual([])
    await rm(data, { recursive: true })
  })
})
