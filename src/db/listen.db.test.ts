import { sql } from 'kysely'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { otherConnections } from '../../test/waiting.ts'
import { createLog } from '../runtime/log.ts'
import { notify } from './channels.ts'
import { listen } from './listen.ts'
import { inTransaction } from './transaction.ts'

describeWithDatabase('A listener', (db) => {
  async function hear() {
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db())
    const heard: string[] = []
    const listener = listen(
      { ...inject('server'), database: rows[0]?.name },
      {
        on: {
          papers: (payload) => heard.push(`papers ${payload ?? 'perhaps'}`),
          mail: (payload) => heard.push(`mail ${payload ?? 'perhaps'}`),
        },
        log: createLog('silent'),
      },
    )
    onTestFinished(() => listener.close())
    await vi.waitFor(() => expect(listener.connected()).toBe(true))
    return { listener, heard }
  }

  it('hears its channels, each with its payload, and no others', async () => {
    const { heard } = await hear()
    // Something may have been missed before.
    expect(heard.splice(0)).toEqual(['papers perhaps', 'mail perhaps'])
    await notify(db(), 'ranking')
    await notify(db(), 'mail')
    await notify(db(), 'papers', '1,2')
    await vi.waitFor(() => expect(heard).toEqual(['mail ', 'papers 1,2']))
  })

  it('hears of a transaction once it is committed, and never of one that was not', async () => {
    const { heard } = await hear()
    heard.length = 0
    await inTransaction(db(), async (trx) => {
      await notify(trx, 'papers', 'undone')
      throw new Error('undo')
    }).catch(() => {})
    await inTransaction(db(), (trx) => notify(trx, 'papers', 'done'))
    await vi.waitFor(() => expect(heard).toEqual(['papers done']))
  })

  it('connects again when its connection is cut, and says that something may have been missed', async () => {
    const { listener, heard } = await hear()
    heard.length = 0
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'broadsheet listener' and datname = current_database()`.execute(db())
    await vi.waitFor(() => expect(heard).toEqual(['papers perhaps', 'mail perhaps']), { timeout: 10_000 })
    expect(listener.connected()).toBe(true)
    await notify(db(), 'mail')
    await vi.waitFor(() => expect(heard.at(-1)).toBe('mail '))
  })

  it('hears nothing once it is closed', async () => {
    const { listener, heard } = await hear()
    await listener.close()
    heard.length = 0
    await notify(db(), 'papers')
    await vi.waitFor(async () => {
      expect((await otherConnections(db())).map(({ application }) => application)).not.toContain(
        'broadsheet listener',
      )
    })
    expect(heard).toEqual([])
    expect(listener.connected()).toBe(false)
  })
})
