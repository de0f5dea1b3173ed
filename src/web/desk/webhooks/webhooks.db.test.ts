import { afterEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../../../test/database.ts'
import { post, signIn } from '../../../../test/readers.ts'
import { NOON, openSite, wordsOf } from '../../../../test/site.ts'
import { openChatServer, type ChatServer } from '../../../webhooks/testing/chat-server.ts'
import { addWebhook } from '../../../webhooks/webhooks.ts'

const PATH = '/desk/webhooks'
/** Nobody is asked: it is an address, and a public one. */
const TARGET = 'https://93.184.216.34/services/T0000/B0000/secretsecret'

describeWithDatabase('the desk’s page of webhooks', (db) => {
  const servers: ChatServer[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close()
  })
  async function open() {
    const site = openSite(db())
    const { cookie } = await signIn(db(), { curator: true })
    const read = async () => (await site.app.request(PATH, { headers: { cookie } })).text()
    const send = (path: string, fields: Record<string, string> = {}) =>
      post(site.app, path, fields, { cookie })
    return { ...site, cookie, read, send }
  }
  const rows = () => db().selectFrom('webhooks').selectAll().execute()

  it('is for curators', async () => {
    const { app } = await open()
    expect((await app.request(PATH)).status).toBe(303)
    const { cookie } = await signIn(db())
    expect((await app.request(PATH, { headers: { cookie } })).status).toBe(403)
    expect((await post(app, PATH, { list: '/', shape: 'slack', target: TARGET }, { cookie })).status).toBe(
      403,
    )
    expect(await rows()).toEqual([])
  })

  it('shows the secret of a new webhook once, and of its address the last letters', async () => {
    const { send, read } = await open()
    expect(wordsOf(await read())).toContain('Nothing is told elsewhere yet.')
    const fields = {
      list: 'https://tides.example/topics/cs.CL',
      shape: 'slack',
      target: TARGET,
      hour: '9',
      most: '5',
    }
    const added = await send(PATH, fields)
    const html = await added.text()
    expect([added.status, added.headers.get('cache-control')]).toEqual([200, 'no-store'])
    const secret = /whsec_[\w+/=]+/.exec(html)?.[0] ?? ''
    const [row] = await rows()
    expect(row).toMatchObject({
      list: '/topics/cs.CL',
      at_hour: 9,
      most: 5,
      least_heat: null,
      trusted: false,
      target: TARGET,
    })
    expect(secret).toBe(`whsec_${row?.secret}`)
    const later = await read()
    expect(wordsOf(later)).toContain(
      'Computation and Language to Slack Working https://93.184.216.34/…cret · New papers, at 9:00 (America/New_York), up to 5 in a message.',
    )
    for (const page of [html, later]) expect(page).not.toContain('secretsecret')
    expect(later).not.toContain(row?.secret)
    const rotated = await (await send(`${PATH}/${row?.id}/secret`)).text()
    expect(rotated).toMatch(/whsec_/)
    expect(rotated).not.toContain(secret)
  })

  it('keeps what was typed where it is refused, and says why', async () => {
    const { send } = await open()
    const typed = { list: '/nowhere', shape: 'discord', target: 'https://discord.com/x', 'least-heat': '3' }
    const answer = await send(PATH, typed)
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(wordsOf(html)).toContain('Enter the address of a list on this site')
    expect(html).toContain('value="/nowhere"')
    expect(html).toContain('value="https://discord.com/x"')
    for (const target of ['http://127.0.0.1:8080/hook', 'http://192.168.0.4/hooks/x', 'http://localhost/x'])
      expect(
        wordsOf(await (await send(PATH, { ...typed, list: '/', target, 'least-heat': '' })).text()),
      ).toContain('is not on the public internet. Whoever runs this machine can add it')
    for (const [field, value] of [
      ['hour', 'noon'],
      ['most', '1e3'],
      ['least-heat', 'x'],
    ] as const)
      expect(
        (
          await send(PATH, {
            ...typed,
            list: '/papers/trending',
            'least-heat': '',
            target: TARGET,
            [field]: value,
          })
        ).status,
      ).toBe(422)
    expect(await rows()).toEqual([])
  })

  it('sends a test and says what became of it, pauses, resumes and removes', async () => {
    const { send, read, site } = await open()
    const answers: ({ status: number } | null)[] = [{ status: 404 }, null]
    const server = await openChatServer({ answer: () => answers.shift() ?? null })
    servers.push(server)
    const added = await addWebhook(
      site.search,
      { list: '/', shape: 'slack', target: server.target('slack') },
      { origin: site.origin, trusted: true, now: NOON },
    )
    const id = added.ok ? added.id : 0
    expect((await send(`${PATH}/${id}/test`)).status).toBe(303)
    expect(wordsOf(await read())).toMatch(/Last test .*: it failed: 127.0.0.1:\d+ answered with status 404/)
    await send(`${PATH}/${id}/test`)
    expect(wordsOf(await read())).toMatch(/Last test .*: it arrived\./)
    expect(server.posted).toHaveLength(2)
    await send(`${PATH}/${id}/pause`)
    expect(wordsOf(await read())).toContain('Paused')
    await send(`${PATH}/${id}/pause/end`)
    expect(wordsOf(await read())).toContain('Working')
    await db()
      .updateTable('webhooks')
      .set({ paused_at: NOON, pause_reason: 'chat.example answered with status 410 (its address is gone)' })
      .execute()
    expect(wordsOf(await read())).toMatch(/Paused itself .*: chat.example answered with status 410/)
    await send(`${PATH}/${id}/removal`)
    expect(await rows()).toEqual([])
    for (const act of ['test', 'pause', 'pause/end', 'secret', 'removal'])
      for (const gone of [id, 'x', 0]) expect((await send(`${PATH}/${gone}/${act}`)).status).toBe(404)
  })
})
