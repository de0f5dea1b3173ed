import type { Issue, IssueLinks, IssuePaper } from '../issue.ts'
import type { PlainMail } from './notice-mail.tsx'

const origin = 'https://papers.example.org'

/** Papers that nobody wrote. */
const TITLES = [
  'Tidal memory: what a recurrent network keeps when the sea takes the rest',
  'Counting lattice points in rooms without corners',
  'A slow proof that fast proofs are rare',
  'How many voters does it take to change a ranking?',
  'Heat, and other words for attention',
  'Small telescopes, large surveys: 40 nights on a rented roof',
  'Sparse maps of dense cities',
  'Bounds of order O(n log n) for sorting letters by their age',
  'On the half-life of bookmarks',
  'Learning to wait: schedulers that do nothing well',
]
const AUTHORS = [
  'Ines Moravec',
  'Tobias Akande',
  'Lin Qiaoyu',
  'Marta Ferreira',
  'Jonas Wikström',
  'Ada Okafor',
]
const SENTENCES = [
  'We follow what a small recurrent network remembers of a long signal, and find that it forgets in the order in which the signal repeats itself.',
  'The effect is there for every size we could afford, from a thousand parameters to eighty million.',
  'A model of two equations explains most of it, and it tells beforehand which of two signals is kept.',
  'We release the traces of all 312 runs, and the program that draws them.',
]
const REASONS = [
  'First in the edition of 28 November, with 61 votes',
  'Picked by Marta, who runs the reading group',
  'Because you saved “On the half-life of bookmarks”',
]

/** A paper; `number` says which. */
export function samplePaper(number: number, changes: Partial<IssuePaper> = {}): IssuePaper {
  const turned = [...SENTENCES.slice(number % 4), ...SENTENCES.slice(0, number % 4)]
  const address = `2511.${String(10_000 + number * 137)}`
  return {
    id: number + 1,
    revision: 1,
    url: `${origin}/papers/${address}`,
    title: TITLES[number % TITLES.length] ?? '',
    by: `${AUTHORS.slice(number % 3, (number % 3) + 3).join(', ')}${number % 2 === 0 ? ' and 4 others' : ''}`,
    topic: ['cs.LG', 'math.CO', 'astro-ph.IM'][number % 3] ?? '',
    published: '27 November 2026',
    summary: turned.join(' '),
    keySentence: null,
    picture: null,
    reason: REASONS[number % 3] ?? '',
    warnings: [],
    links: [
      { name: 'arXiv', url: `https://arxiv.org/abs/${address}` },
      { name: 'PDF', url: `https://arxiv.org/pdf/${address}` },
      ...(number % 2 === 0 ? [{ name: 'Code', url: `https://github.com/example/paper-${number}` }] : []),
    ],
    ...changes,
  }
}

/** An issue of `papers` papers. */
export function sampleIssue({
  papers = 10,
  ...changes
}: Partial<Omit<Issue, 'papers'>> & { papers?: number } = {}): Issue {
  return {
    site: { name: 'Tide Lines', origin },
    list: { title: 'Front page', url: `${origin}/` },
    every: 'day',
    period: '2026-11-29',
    when: 'Sunday 29 November 2026',
    subject: `Front page: ${TITLES[0]}`,
    notes: [],
    head: null,
    papers: Array.from({ length: papers }, (_, i) => samplePaper(i)),
    total: papers,
    warnings: [],
    ...changes,
  }
}

export const sampleLinks: IssueLinks = {
  web: `${origin}/emails/8841.Zm9vYmFyYmF6cXV1`,
  unsubscribe: `${origin}/unsubscribe/42.YmFyYmF6cXV1Zm9v`,
  settings: `${origin}/subscriptions?of=42&at=1`,
}

/** Everything that an issue can say at once. */
export function fullIssue(): Issue {
  const issue = sampleIssue({
    papers: 10,
    total: 31,
    notes: ['No papers came out on Saturday 28 November.'],
    head: {
      text: 'A day for people who like the sea. Read the first one with a map at hand.\n\nThe reading group meets on Tuesday.',
      html: '<p>A day for people who like <em>the sea</em>. Read <a href="/papers/2511.10000" rel="nofollow">the first one</a> with a map at hand.</p>\n<ul>\n<li>The reading group meets on <strong>Tuesday</strong>.</li>\n</ul>\n',
      by: 'Marta Ferreira',
    },
    warnings: [
      {
        title: 'Cold light from warm glass',
        url: `${origin}/papers/2509.00417`,
        what: 'Retracted',
        sentOn: '14 October 2026',
      },
    ],
  })
  const [top, second, third, ...others] = issue.papers
  if (!top || !second || !third) return issue
  return {
    ...issue,
    papers: [
      {
        ...top,
        keySentence: SENTENCES[1] ?? null,
        picture: {
          url: `${origin}/pictures/9f2c.png`,
          width: 1200,
          height: 640,
          caption: 'What is left of a signal after 10, 100 and 1,000 steps.',
        },
      },
      { ...second, warnings: ['Retracted'] },
      { ...third, title: 'سرعة المد في الشبكات العصبية', warnings: ['Expression of concern', 'Corrected'] },
      ...others,
    ],
  }
}

/** The mail that asks whether it was its reader who subscribed. */
export const sampleConfirmation: PlainMail = {
  site: { name: 'Tide Lines', origin },
  heading: 'Confirm your subscription',
  paragraphs: [
    'You asked for “Front page” at Tide Lines by email, every day. Confirm that it was you, and the first one comes tomorrow morning.',
  ],
  button: { label: 'Confirm subscription', url: `${origin}/subscribe/confirm/42.YmFyYmF6cXV1Zm9v` },
  afterwards: [
    'If you did not ask for this, ignore this email: you will not get another.',
    'The link works for 7 days.',
  ],
}

/** The mail with a link to a subscriber’s settings. */
export const sampleSettings: PlainMail = {
  site: { name: 'Tide Lines', origin },
  heading: 'Your subscriptions at Tide Lines',
  paragraphs: [
    'Here is the link to your subscriptions that you asked for. There you can change how often they come, and end them.',
  ],
  button: { label: 'Change my subscriptions', url: `${origin}/subscriptions/42.YmFyYmF6cXV1Zm9v` },
  afterwards: [
    'If you did not ask for this, ignore this email: nothing changes.',
    'The link works for an hour.',
  ],
}
