import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { inTransaction } from '../db/transaction.ts'
import { recordPapers } from '../papers/record.ts'
import { renderAnew } from './comment-html.ts'
import { editComment, writeComment } from './comments.ts'

const later = new Date(NOON.getTime() + 3_600_000)

describeWithDatabase('the HTML of comments', (db) => {
  const commented = async () => {
    const { recorded } = await inTransaction(db(), (trx) =>
      recordPapers(trx, [stated('2601.00001')], { now: NOON, timeZone: 'UTC' }),
    )
    const { reader } = await signIn(db())
    const options = { paperId: recorded[0]?.paperId ?? 0, parentId: null, reader, now: NOON }
    const written = await writeComment(db(), { ...options, body: 'So $a^2$.' })
    if (!written.ok) throw new Error('no comment was written')
    await editComment(db(), { commentId: written.id, reader, body: 'So $b^3$.', now: later })
    return written.id
  }
  const kept = async () => {
    const { rows } = await sql<{ html: string | null }>`
      select html from comments union all select html from comment_edits`.execute(db())
    return rows.map(({ html }) => html)
  }

  it('is made when they are written, kept with each version, and served as it is kept', async () => {
    await commented()
    const [now, before] = await kept()
    expect(now).toMatch(/<math.*<mi>b<\/mi><mn>3<\/mn>/)
    expect(before).toMatch(/<math.*<mi>a<\/mi><mn>2<\/mn>/)
    // Nothing is typeset that is kept.
    await sql`update comments set html = '<p>kept one</p>'`.execute(db())
    await sql`update comment_edits set html = '<p>kept before</p>'`.execute(db())
    const { app } = openSite(db())
    const id = (await db().selectFrom('comments').select('id').executeTakeFirstOrThrow()).id
    for (const [path, words] of [
      ['/papers/2601.00001', 'kept one'],
      ['/comments', 'kept one'],
      [`/comments/${id}/history`, 'kept before'],
    ] as const)
      expect(await (await app.request(path)).text()).toContain(`<p>${words}</p>`)
  })

  it('is made anew in batches after an upgrade, and meanwhile when it is asked for', async () => {
    await commented()
    const made = await kept()
    await sql`update comments set html = '<p>old</p>', html_version = 0`.execute(db())
    await sql`update comment_edits set html = null, html_version = 0`.execute(db())
    const { app } = openSite(db())
    const page = await (await app.request('/papers/2601.00001')).text()
    expect(page).toContain('<mi>b</mi>')
    expect(page).not.toContain('<p>old</p>')
    expect(await renderAnew(db(), { limit: 1 })).toBe(2)
    expect(await kept()).toEqual(made)
    expect(await renderAnew(db(), { limit: 1 })).toBe(0)
  })
})
