import { CHANNELS } from '../db/channels.ts'
import { sql } from 'kysely'
import pg from 'pg'
import { beforeEach, expect, inject, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { queueMail } from './queue-mail.ts'

const now = new Date('2026-01-15T12:00:00Z')
const mail = { key: 'greeting ada', to: 'ada@example.org', subject: 'Good day', text: 'Good day, Ada.' }

describeWithDatabase('queueing mail', (db) => {
  beforeEach(() => sql`truncate outgoing_mail`.execute(db()))
  const rows = () => db().selectFrom('outgoing_mail').selectAll().orderBy('id').execute()

  it('keeps everything until it is sent', async () => {
    expect(await queueMail(db(), mail, { now })).toBe(true)
    const headers = { 'List-Id': '<week.example.org>' }
    expect(await queueMail(db(), { ...mail, key: 'other', html: '<p>é</p>', headers }, { now })).toBe(true)
    expect(await rows()).toMatchObject([
      {
        key: 'greeting ada',
        recipient: 'ada@example.org',
        subject: 'Good day',
        text_body: 'Good day, Ada.',
        html_body: null,
        headers: {},
        queued_at: now,
        due_at: now,
        attempts: 0,
        sent_at: null,
        failure: null,
      },
      { key: 'other', html_body: '<p>é</p>', headers },
    ])
  })

  it('has no effect the second time', async () => {
    expect(await queueMail(db(), mail, { now })).toBe(true)
    expect(await queueMail(db(), { ...mail, text: 'Again.' }, { now })).toBe(false)
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async () => queueMail(db(), { ...mail, key: 'at once' }, { now })),
    )
    expect(outcomes.filter(Boolean)).toHaveLength(1)
    expect((await rows()).map(({ key, text_body }) => [key, text_body])).toEqual([
      ['greeting ada', 'Good day, Ada.'],
      ['at once', 'Good day, Ada.'],
    ])
  })

  it('comes about with the transaction it belongs to, and is announced then', async () => {
    const {
      rows: [database],
    } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const client = new pg.Client({ ...inject('server'), database: database?.name ?? '' })
    await client.connect()
    try {
      const heard: string[] = []
      client.on('notification', ({ channel }) => heard.push(channel))
      await client.query(`listen ${CHANNELS.mail}`)
      const undone = db()
        .transaction()
        .execute(async (trx) => {
          await queueMail(trx, mail, { now })
          throw new Error('not after all')
        })
      await expect(undone).rejects.toThrow('not after all')
      await client.query('select 1')
      expect(heard).toEqual([])
      expect(await rows()).toEqual([])

      await db()
        .transaction()
        .execute(async (trx) => {
          expect(await queueMail(trx, mail, { now })).toBe(true)
          await client.query('select 1')
          expect(heard).toEqual([])
        })
      await client.query('select 1')
      expect(heard).toEqual(['mail_queued'])
      await queueMail(db(), mail, { now })
      await client.query('select 1')
      expect(heard).toEqual(['mail_queued'])
    } finally {
      await client.end()
    }
  })
})
