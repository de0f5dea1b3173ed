import { beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../test/database.ts'
import { stated } from '../../../test/papers.ts'
import { post, signIn } from '../../../test/readers.ts'
import { NOON, openSite, wordsOf, type TestSite } from '../../../test/site.ts'
import type { Reader } from '../../accounts/reader.ts'
import { hideComment } from '../../moderation/hide-comment.ts'
import { lockComments } from '../../moderation/lock-comments.ts'
import { findPaper } from '../../papers/find.ts'

type SignedIn = { reader: Reader; cookie: string }

const PAPER = '/papers/2601.00001'

describeWithDatabase('the discussion of a paper', (db) => {
  let now = NOON
  let page: TestSite
  let ann: SignedIn
  let bo: SignedIn
  let curator: SignedIn

  beforeEach(async () => {
    now = NOON
    page = openSite(db())
    page.site.now = () => now
    await page.record([stated('2601.00001', { title: 'Tides & currents' })])
    ann = await signIn(db(), { name: 'Ann', mailReplies: true })
    bo = await signIn(db(), { name: 'Bo' })
    curator = await signIn(db(), { name: 'Cy', curator: true })
  })

  const send = (path: string, fields: Record<string, string>, who: SignedIn | null = ann) =>
    post(page.app, path, fields, who === null ? {} : { cookie: who.cookie })
  const get = (path: string, who: SignedIn | null = null) =>
    page.app.request(path, { headers: who === null ? {} : { cookie: who.cookie } })
  /** Comments, and answers the number under which it stands. */
  async function say(body: string, { who = ann, to = null }: { who?: SignedIn; to?: number | null } = {}) {
    const answer = await send(to === null ? `${PAPER}/comments` : `/comments/${to}/reply`, { body }, who)
    expect(answer.status).toBe(303)
    const id = /^\/papers\/2601\.00001#c(\d+)$/.exec(answer.headers.get('location') ?? '')?.[1]
    expect(id).toBeDefined()
    return Number(id)
  }
  const kept = () => db().selectFrom('comments').selectAll().orderBy('id').execute()
  /** The discussion on the paper's page as somebody sees it. */
  async function section(who: SignedIn | null = null): Promise<string> {
    const html = await (await get(PAPER, who)).text()
    return /<section class="discussion"[^]*?<\/section>/.exec(html)?.[0] ?? ''
  }
  const actsOf = async (id: number, who: SignedIn | null) =>
    [...(await section(who)).matchAll(new RegExp(`href="/comments/${id}/([a-z#]+)"`, 'g'))].map(
      (found) => found[1],
    )

  it('begins with a form for who is signed in, and the way in for who is not', async () => {
    const words = wordsOf(await section())
    expect(words).toBe('Discussion There are no comments yet. Sign in to comment.')
    expect(await section()).toContain('/sign-in?to=%2Fpapers%2F2601.00001%23comments')
    expect(await section(ann)).toContain('action="/papers/2601.00001/comments"')
    const fresh = await signIn(db(), { createdAt: NOON })
    expect(wordsOf(await section(fresh))).toContain('Your account is new')
    expect(wordsOf(await section(ann))).not.toContain('Your account is new')
  })

  it('shows what was said, by whom and in answer to what', async () => {
    const id = await say('Is $x^2$ <b>right</b>?')
    const answer = await say('It is, see arXiv:2412.19723.', { who: curator, to: id })
    const html = await section()
    expect(html).toContain(`<article id="c${id}" class="comment">`)
    expect(html).toContain('&lt;b&gt;right&lt;/b&gt;')
    expect(html).toContain('<a href="/papers/2412.19723"')
    expect(html).toContain('<h2 id="comments">2 comments</h2>')
    expect(html.indexOf(`id="c${id}"`)).toBeLessThan(html.indexOf(`id="c${answer}"`))
    expect(wordsOf(html)).toMatch(/Ann just now .* Reply Flag Cy Curator just now It is/)
    expect(await actsOf(id, ann)).toEqual(['reply', 'edit', 'edit#delete'])
    expect(await actsOf(id, bo)).toEqual(['reply', 'flag'])
    expect(await actsOf(id, null)).toEqual(['reply', 'flag'])
  })

  it('takes one comment however often the button is pressed', async () => {
    const [first, second] = await Promise.all([say('Once.'), say('Once.')])
    expect(first).toBe(second)
    expect(await kept()).toHaveLength(1)
  })

  it('shows how a comment will look, and stores nothing', async () => {
    const answer = await send(`${PAPER}/comments`, { body: 'So *soft*, & $x$', preview: '1' })
    expect(answer.status).toBe(200)
    const html = await answer.text()
    expect(html).toContain('So <em>soft</em>, &amp; <math>')
    expect(html).toContain('So *soft*, &amp; $x$')
    expect(html).toContain('action="/papers/2601.00001/comments"')
    expect(wordsOf(html)).toContain('Your comment is not saved yet.')
    const id = await say('Said.')
    const reply = await (await send(`/comments/${id}/reply`, { body: 'Well.', preview: '1' }, bo)).text()
    expect(wordsOf(reply)).toMatch(/Ann just now Said\. Preview Well\./)
    expect(
      wordsOf(await (await send(`/comments/${id}/edit`, { body: 'Better.', preview: '1' })).text()),
    ).toContain('Preview Better.')
    expect((await kept()).map(({ body }) => body)).toEqual(['Said.'])
  })

  it('gives back what was refused, with the reason', async () => {
    const empty = await send(`${PAPER}/comments`, { body: ' ' })
    expect(empty.status).toBe(422)
    expect(wordsOf(await empty.text())).toContain('Your comment is empty')
    const long = await send(`${PAPER}/comments`, { body: 'tide '.repeat(2_001) })
    expect(long.status).toBe(422)
    expect(wordsOf(await long.text())).toContain('up to 10,000 characters; yours has 10,004')
    expect((await send('/papers/2601.99999/comments', { body: 'Hello.' })).status).toBe(404)
    for (const id of ['0', '-1', 'x', '1e3', '999999', '99999999999999999999']) {
      expect((await send(`/comments/${id}/reply`, { body: 'Hello.' })).status).toBe(404)
      expect((await get(`/comments/${id}`)).status).toBe(404)
    }
  })

  it('asks who is not signed in to, and tells who is suspended so', async () => {
    const id = await say('Said.')
    for (const path of [
      `${PAPER}/comments`,
      `/comments/${id}/reply`,
      `/comments/${id}/edit`,
      `/comments/${id}/delete`,
      `/comments/${id}/react`,
    ]) {
      const anonymous = await send(path, { body: 'Hello.', on: 'agree' }, null)
      expect(anonymous.status).toBe(303)
      expect(anonymous.headers.get('location')).toMatch(/^\/sign-in/)
    }
    // Who had to sign in first comes back to where they were writing.
    const back =
      /name="back" value="([^"]+)"/.exec(
        await section(bo).then((html) => html.slice(html.indexOf('class="form"'))),
      )?.[1] ?? ''
    const expired = await send(`${PAPER}/comments`, { body: 'Hello.', back }, null)
    expect(expired.headers.get('location')).toBe('/sign-in?to=%2Fpapers%2F2601.00001%23comments')
    expect((await get(`/comments/${id}/reply`)).headers.get('location')).toBe(
      `/sign-in?to=%2Fcomments%2F${id}%2Freply`,
    )
    const suspended = await signIn(db(), { suspendedAt: NOON })
    expect((await send(`${PAPER}/comments`, { body: 'Hello.' }, suspended)).status).toBe(403)
    expect((await send(`/comments/${id}/react`, { on: 'agree' }, suspended)).status).toBe(403)
    expect(await kept()).toHaveLength(1)
  })

  it('lets only who wrote a comment change or delete it', async () => {
    const id = await say('Mine.')
    for (const who of [bo, curator]) {
      expect((await get(`/comments/${id}/edit`, who)).status).toBe(403)
      expect((await send(`/comments/${id}/edit`, { body: 'Ours.' }, who)).status).toBe(403)
      expect((await send(`/comments/${id}/delete`, {}, who)).status).toBe(403)
    }
    expect((await kept())[0]?.body).toBe('Mine.')
    expect(await (await get(`/comments/${id}/edit`, ann)).text()).toContain('Mine.</textarea>')

    now = new Date(NOON.getTime() + 10 * 60_000)
    expect((await send(`/comments/${id}/edit`, { body: 'Still mine.' })).headers.get('location')).toBe(
      `${PAPER}#c${id}`,
    )
    expect(await section()).toContain(`href="/comments/${id}/history"`)
    const history = wordsOf(await (await get(`/comments/${id}/history`)).text())
    expect(history).toMatch(/Still mine\. Until just now Mine\./)

    const gone = await send(`/comments/${id}/delete`, { back: `${PAPER}#comments` })
    expect(gone.headers.get('location')).toBe(`${PAPER}#comments`)
    // A second press finds it done.
    expect(
      (await send(`/comments/${id}/delete`, { back: `${PAPER}#comments` })).headers.get('location'),
    ).toBe(`${PAPER}#comments`)
    expect(await kept()).toEqual([])
    expect((await get(`/comments/${id}/history`)).status).toBe(404)
  })

  it('leads from a comment’s own address to its place', async () => {
    const id = await say('Here.')
    const answer = await get(`/comments/${id}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `${PAPER}#c${id}`])
    await db().updateTable('papers').set({ hidden: true }).execute()
    expect((await get(`/comments/${id}`)).status).toBe(404)
    expect((await get(`/comments/${id}`, curator)).status).toBe(302)
    expect((await send(`/comments/${id}/reply`, { body: 'Hello.' })).status).toBe(404)
    expect((await send(`${PAPER}/comments`, { body: 'Hello.' }, curator)).status).toBe(404)
  })

  it('can be closed: what was said stays and can be deleted, and what was typed is given back', async () => {
    const id = await say('Said.')
    await lockComments(db(), {
      paperId: (await kept())[0]?.paper_id ?? 0,
      curatorId: curator.reader.id,
      reason: 'Heated.',
      now,
    })
    const words = wordsOf(await section(ann))
    expect(words).toContain('A curator has closed this discussion.')
    expect(await actsOf(id, ann)).toEqual(['edit#delete'])
    const refused = await send(`${PAPER}/comments`, { body: 'One more thing' })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('One more thing</textarea>')
    expect((await send(`/comments/${id}/reply`, { body: 'And?' }, bo)).status).toBe(403)
    expect((await get(`/comments/${id}/reply`, bo)).status).toBe(403)
    expect((await send(`/comments/${id}/edit`, { body: 'Changed.' })).status).toBe(403)
    expect(wordsOf(await (await get(`/comments/${id}/edit`, ann)).text())).toContain('Delete comment')
    await send(`/comments/${id}/delete`, {})
    expect(await kept()).toEqual([])
  })

  it('shows that a curator has hidden something, and not what', async () => {
    const id = await say('Rude words.')
    await hideComment(db(), { commentId: id, curatorId: curator.reader.id, reason: 'Rude.', now })
    page.site.changed('everything')
    for (const who of [null, bo]) {
      expect(wordsOf(await section(who))).toContain('Hidden by a curator')
      expect(wordsOf(await section(who))).not.toContain('Rude words')
      expect((await get(`/comments/${id}/history`, who)).status).toBe(404)
      expect(await actsOf(id, who)).toEqual([])
    }
    expect(wordsOf(await section(curator))).toContain('Curators can still see it: Rude words.')
    expect(await section(curator)).toContain('>Unhide comment</button>')
    expect(await section(bo)).not.toContain('Unhide comment')
    expect(wordsOf(await section(ann))).toContain('You can still see it: Rude words.')
    const answer = await send(`/comments/${id}/reply`, { body: 'How rude' }, bo)
    expect(answer.status).toBe(409)
    const html = await answer.text()
    expect(html).toContain('How rude</textarea>')
    expect(html).not.toContain('Rude words')
    expect((await send(`/comments/${id}/edit`, { body: 'Polite.' })).status).toBe(403)
    expect((await send(`/comments/${id}/react`, { on: 'agree' }, bo)).status).toBe(404)
    expect((await get('/comments')).status).toBe(200)
    expect(await (await get('/comments')).text()).not.toContain('Rude words')
  })

  it('keeps the place of a deleted comment that was answered, and offers to say the answer on its own', async () => {
    const id = await say('Root.')
    await say('Answer.', { who: bo, to: id })
    await send(`/comments/${id}/delete`, {})
    const words = wordsOf(await section())
    expect(words).toMatch(/^1 comment just now Deleted Bo just now Answer\./)
    expect((await get(`/comments/${id}/reply`, bo)).status).toBe(404)
    const late = await send(`/comments/${id}/reply`, { body: 'Too late' }, bo)
    expect(late.status).toBe(409)
    expect(await late.text()).toContain('action="/papers/2601.00001/comments"')
  })

  it('counts reactions, and takes them back', async () => {
    const id = await say('Insight.')
    const reacted = await send(`/comments/${id}/react`, { on: 'insightful', back: `${PAPER}#c${id}` }, bo)
    expect([reacted.status, reacted.headers.get('location')]).toEqual([303, `${PAPER}#c${id}`])
    await send(`/comments/${id}/react`, { on: 'insightful' }, bo)
    expect(await section(bo)).toContain(
      '<button type="submit" name="off" value="insightful" aria-pressed="true">Insightful 1</button>',
    )
    expect(await section(curator)).toContain(
      'name="on" value="insightful" aria-pressed="false">Insightful 1</button>',
    )
    expect(wordsOf(await section(ann))).toContain('Insightful 1')
    await send(`/comments/${id}/react`, { off: 'insightful' }, bo)
    expect(wordsOf(await section())).toContain('Insightful Thanks')
    expect((await send(`/comments/${id}/react`, { on: 'love' }, bo)).status).toBe(422)
    expect((await send(`/comments/${id}/react`, { on: 'agree' })).status).toBe(422)
    const json = await post(
      page.app,
      `/comments/${id}/react`,
      { on: 'agree' },
      { cookie: bo.cookie, headers: { accept: 'application/json' } },
    )
    expect(await json.json()).toEqual({ reaction: 'agree', on: true, count: 1 })
  })

  it('keeps new accounts from advertising', async () => {
    const fresh = await signIn(db(), { createdAt: NOON })
    const advert = { body: 'https://a.example https://b.example https://c.example' }
    const refused = await send(`${PAPER}/comments`, advert, fresh)
    expect(refused.status).toBe(422)
    expect(wordsOf(await refused.text())).toContain('up to 2 links')
    // Only a program fills in what nobody sees, and it need not know.
    const heard = await send(`${PAPER}/comments`, { body: 'Buy.', website: 'https://a.example' }, fresh)
    expect([heard.status, heard.headers.get('location')]).toEqual([303, `${PAPER}#comments`])
    expect(await kept()).toEqual([])
    // What was refused is not counted.
    for (let i = 0; i < 5; i++) await say(`Question ${i}`, { who: fresh })
    const often = await send(`${PAPER}/comments`, { body: 'Question 5' }, fresh)
    expect([often.status, Number(often.headers.get('retry-after'))]).toEqual([429, 3_600])
    expect(await often.text()).toContain('Question 5</textarea>')
    const old = await send(`${PAPER}/comments`, { ...advert, website: 'filled in by a browser' })
    expect(old.headers.get('location')).toContain('#c')
  })

  it('lists the newest comments of all papers, over pages', async () => {
    expect(wordsOf(await (await get('/comments')).text())).toContain('There are no comments yet.')
    const paperId =
      (await findPaper(db(), { scheme: 'arxiv', value: '2601.00001' }, { seenBy: 'program' }))?.id ?? 0
    const rows = Array.from({ length: 31 }, (_, i) => ({
      paper_id: paperId,
      reader_id: ann.reader.id,
      body: `Note ${i}.`,
      written_at: new Date(NOON.getTime() - i * 60_000),
    }))
    await db().insertInto('comments').values(rows).execute()
    page.site.changed('everything')
    const html = await (await get('/comments')).text()
    expect(wordsOf(html)).toMatch(/Tides & currents Ann just now Note 0\. .*Note 29\. Earlier comments/)
    const next = /href="(\/comments\?after=[\w-]+)" rel="next"/.exec(html)?.[1] ?? ''
    expect(wordsOf(await (await get(next)).text())).toMatch(/Comments Tides & currents Ann .* Note 30\.$/)
    expect((await get('/comments?after=broken')).status).toBe(400)
  })

  it('tells whoever is answered by mail', async () => {
    const id = await say('A question?')
    const answer = await say('An answer.', { who: bo, to: id })
    const mail = await db().selectFrom('outgoing_mail').selectAll().executeTakeFirstOrThrow()
    expect(mail).toMatchObject({ key: `reply ${answer}`, recipient: ann.reader.email })
    expect(mail.text_body).toContain(`https://tides.example/comments/${answer}`)
  })
})
