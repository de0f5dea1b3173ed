import { expect, it } from 'vitest'
import { replyMail } from './reply-mail.ts'

const reply = {
  comment: { id: 12, body: 'Do tides $t_i$ count?\n\nI think so.' },
  paper: { title: 'Tides in $\\mathbb{R}^3$' },
  from: { id: '0b1c2d3e-0000-4000-8000-000000000000', name: 'Bo' },
  site: {
    origin: 'https://tides.example',
    name: 'Tide Lines',
    secret: 'a secret that is only for tests, long enough',
  },
  to: { id: '11111111-0000-4000-8000-000000000000', email: 'ann@readers.example' },
}

const STOP_LINK = /https:\/\/tides\.example\/mail\/r\/[\w.-]+/

it('says who answered, where, what, and how to hear no more of it', () => {
  expect(replyMail(reply)).toEqual({
    key: 'reply 12',
    to: 'ann@readers.example',
    subject: 'Bo replied to your comment on “Tides in ℝ³”',
    text: expect.stringMatching(STOP_LINK),
    headers: {
      'List-Unsubscribe': expect.stringMatching(
        /^<https:\/\/tides\.example\/mail\/r\/11111111-0000-4000-8000-000000000000\.[\w-]{16}>$/,
      ),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  })
  expect(replyMail(reply).text.replace(STOP_LINK, 'LINK')).toBe(
    [
      'Bo replied to your comment on “Tides in ℝ³” at Tide Lines:',
      '> Do tides $t_i$ count?\n>\n> I think so.',
      'Read the discussion: https://tides.example/comments/12',
      'You receive this email because you asked to hear about replies. To stop these emails: LINK\nAll your settings: https://tides.example/settings',
    ].join('\n\n'),
  )
})

it('calls those who chose no name by the beginning of their number, and cuts long titles in the subject only', () => {
  const title = 'tide '.repeat(60).trim()
  const mail = replyMail({ ...reply, from: { ...reply.from, name: '' }, paper: { title } })
  expect(mail.subject).toMatch(/^Reader 0b1c replied to your comment on “(?:tide )+tid?e?…”$/)
  expect(mail.subject.length).toBeLessThan(160)
  expect(mail.text).toContain(`“${title}”`)
})
