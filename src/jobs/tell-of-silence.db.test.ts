import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { deliverDueMail } from '../mail/deliver-mail.ts'
import { serversAndMailers } from '../mail/mail-server.fixture.ts'
import { addSource, pauseSourceNamed, resumeSource } from '../sources/sources.ts'
import { openClock } from '../sources/testing/moved-clock.ts'
import { tellOfSilence } from './tell-of-silence.ts'

const HOUR = 3_600_000
const signal = new AbortController().signal

describeWithDatabase('a source that is silent for longer than its calendar allows', (db) => {
  const { serve, open } = serversAndMailers()
  let clock = openClock('2026-11-20T12:00:00Z')
  beforeEach(() => {
    clock = openClock('2026-11-20T12:00:00Z')
  })
  const start = (curators: string[] = []) => {
    const site = { name: 'Tide Lines', origin: async () => 'https://tides.example' }
    return tellOfSilence(db(), { curators, site, now: clock.now })
  }
  async function set(name: string, facts: { failures?: number; trouble?: string | null; whole?: Date }) {
    await db()
      .updateTable('source_tasks')
      .set({
        ...(facts.failures !== undefined && { failures: facts.failures }),
        ...(facts.trouble !== undefined && { trouble: facts.trouble }),
        ...(facts.whole && { last_whole_at: facts.whole }),
      })
      .where('source_id', '=', (eb) => eb.selectFrom('sources').select('id').where('name', '=', name))
      .execute()
  }
  async function addArxiv(name: string) {
    const draft = { name, kind: 'arxiv', settings: { categories: ['cs.CL'] } }
    const outcome = await addSource(db(), draft, { trusted: true, now: clock.now() })
    if (!outcome.ok) throw new Error(outcome.reason)
    await set(name, { whole: clock.now() })
  }
  const inbox = async () => {
    const server = await serve()
    const mailer = open(server.url())
    return async () => {
      const before = server.mails().length
      await deliverDueMail(db(), mailer, { now: clock.now })
      return server
        .mails()
        .slice(before)
        .map((mail) => ({
          to: mail.headers('To')[0],
          subject: mail.headers('Subject')[0],
          text: mail.text ?? '',
        }))
    }
  }

  it('is told to curators by email once, and once more when it speaks again', async () => {
    await signIn(db(), { email: 'curator@tides.example', curator: true })
    await signIn(db(), { email: 'reader@tides.example' })
    await signIn(db(), { email: 'suspended@tides.example', curator: true, suspendedAt: clock.now() })
    await addArxiv('arxiv')
    const job = start(['named@tides.example'])
    const arrived = await inbox()
    // Over a weekend it is not silent.
    await clock.wait(70 * HOUR)
    await set('arxiv', { failures: 40, trouble: 'rss.arxiv.org does not answer (ECONNREFUSED)' })
    await job.work(signal)
    expect(await arrived()).toEqual([])
    await clock.wait(50 * HOUR)
    await job.work(signal)
    const mails = await arrived()
    expect(mails.map(({ to }) => String(to)).toSorted()).toEqual([
      'curator@tides.example',
      'named@tides.example',
    ])
    expect(mails[0]?.subject).toBe('Tide Lines: arxiv has not answered for 5 days')
    for (const part of [
      'rss.arxiv.org does not answer (ECONNREFUSED)',
      'Last answer: 20 November 2026, 12:00 UTC',
      'https://tides.example/desk/sources',
    ])
      expect(mails[0]?.text).toContain(part)
    for (let hour = 0; hour < 200; hour += 25) {
      await clock.wait(25 * HOUR)
      await job.work(signal)
    }
    expect(await arrived()).toEqual([])
    await set('arxiv', { failures: 0, trouble: null, whole: clock.now() })
    await job.work(signal)
    expect((await arrived()).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 2 }, () => 'Tide Lines: arxiv answers again'),
    )
    await job.work(signal)
    expect(await arrived()).toEqual([])
    // The next silence is another one.
    await clock.wait(200 * HOUR)
    await set('arxiv', { failures: 1, trouble: 'rss.arxiv.org does not answer' })
    await job.work(signal)
    expect(await arrived()).toHaveLength(2)
  })

  it('is told together with others that are silent, by one process', async () => {
    await signIn(db(), { email: 'curator@tides.example', curator: true })
    await addArxiv('arxiv')
    await addArxiv('physics')
    const [one, other] = [start(), start()]
    await clock.wait(200 * HOUR)
    const arrived = await inbox()
    await Promise.all([one.work(signal), other.work(signal)])
    expect((await arrived()).map(({ subject }) => subject)).toEqual([
      'Tide Lines: 2 sources have not answered for too long',
    ])
  })

  it('is not told while it is paused, nor for the time of the pause, nor before it was asked', async () => {
    await signIn(db(), { email: 'curator@tides.example', curator: true })
    await addArxiv('arxiv')
    const arrived = await inbox()
    await pauseSourceNamed(db(), { name: 'arxiv', now: clock.now() })
    const job = start()
    await clock.wait(500 * HOUR)
    await job.work(signal)
    await resumeSource(db(), { name: 'arxiv', now: clock.now() })
    await clock.wait(HOUR)
    await job.work(signal)
    expect(await arrived()).toEqual([])
    // The machine was off for weeks: what is silent is not the source.
    await clock.wait(500 * HOUR)
    const restarted = start()
    await restarted.work(signal)
    expect(await arrived()).toEqual([])
    await set('arxiv', { failures: 1, trouble: 'rss.arxiv.org does not answer' })
    await restarted.work(signal)
    expect(await arrived()).toHaveLength(1)
  })
})
