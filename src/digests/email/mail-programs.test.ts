import { caniemail } from 'caniemail'
import { describe, expect, it } from 'vitest'
import { plainMail } from './notice-mail.tsx'
import { issueHtml } from './render-issue.ts'
import { fullIssue, sampleConfirmation, sampleIssue, sampleLinks } from './sample-issues.fixture.ts'

/** Programs in which mails must be right. Of Thunderbird for Windows not all is known that of the other one is. */
const PROGRAMS = [
  'aol.*',
  'apple-mail.*',
  'fastmail.*',
  'gmail.*',
  'gmx.desktop-webmail',
  'hey.*',
  'outlook.*',
  'protonmail.*',
  'samsung-email.*',
  'thunderbird.macos',
  'web-de.desktop-webmail',
  'yahoo.*',
] as const

/** What some do not know, and why the mail is right without it. */
const HARMLESS: Record<string, string> = {
  'color-scheme CSS property': 'they show the light, or turn colours their own way',
  'color-scheme meta tag': 'the same',
  '<style> element': 'every style is on its element too',
  '@media': 'without it the mail is light, and its margins are wider on a telephone',
  'Class selector': 'only the style sheet uses it',
  'Attribute selector': 'for Outlook.com alone',
  'Descendant combinator': 'for Outlook.com alone',
  '!important keyword': 'only the style sheet uses it',
  '<body> element': 'a table has its colour too',
  'max-height property': 'the preheader is hidden by other means too',
  overflow: 'the preheader is hidden by other means too',
  'display:none': 'then the preheader is a line above the masthead, in Gmail for telephones on the web',
  'height property': 'of a picture, where `auto` is what it is anyway',
  'text-decoration': 'then headlines are underlined',
  'word-break': 'a word that is longer than a telephone is wide makes it scroll',
  'white-space': 'a date may be on two lines',
  'lang attribute': 'people hear the mail in their own language',
  'dir attribute': 'a title in Arabic begins on the left',
  'role attribute': 'people hear that there are tables',
  'width attribute': 'styles say the same',
  'height attribute': 'styles say the same',
}

function unknownIn(html: string): string[] {
  const { issues } = caniemail({ clients: [...PROGRAMS], html })
  const found = new Set<string>()
  for (const [program, features] of issues.errors) {
    for (const { title } of features) if (HARMLESS[title] === undefined) found.add(`${title} in ${program}`)
  }
  return [...found]
}

describe('mail programs', () => {
  it('know all that a mail needs', () => {
    expect(unknownIn(issueHtml(fullIssue(), sampleLinks))).toEqual([])
    expect(unknownIn(issueHtml(sampleIssue({ papers: 1 }), null))).toEqual([])
    expect(unknownIn(plainMail(sampleConfirmation).html)).toEqual([])
  })

  it('would be told of what they do not know', () => {
    expect(unknownIn('<div style="display:grid">x</div>').join()).toContain('outlook.windows')
  })
})
