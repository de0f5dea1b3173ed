import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Paper } from '../paper.ts'
import { inventedPaper } from './invented-paper.fixture.ts'
import { toMarkdown } from './markdown.ts'

const OPTIONS = { url: 'https://papers.example/papers/2412.19723', siteName: 'Example Papers' }

function markdown(facts: Partial<Paper> = {}): string {
  return toMarkdown(inventedPaper(facts), OPTIONS)
}

describe('a paper as Markdown', () => {
  it('reads as a document', () => {
    expect(markdown()).toBe(`# TideGauges: Sea Levels at $O(n^2)$ Cost

- Authors: Ada B. van Loon, The Tide Collaboration, 王小明
- Published: 2024-12-27
- Last version: v2, 2025-01-03
- arXiv: [2412.19723](https://arxiv.org/abs/2412.19723)
- DOI: [10.1000/tide\\_1](https://doi.org/10.1000/tide_1)
- Categories: cs.LG, physics.ao-ph
- Comments: 12 pages
- Licence: <https://creativecommons.org/licenses/by/4.0/>

## Synopsis

Tides, measured.

## Abstract

We measure 5% of all tides.

## Links

- code: <https://code.example/tide_gauges>

---

Facts from arXiv (OAI-PMH), an imported JSON Lines file.

Example Papers: <https://papers.example/papers/2412.19723>
`)
  })

  it('leaves out what is not known and says what is withdrawn', () => {
    const text = markdown({
      abstract: null,
      synopsis: null,
      doi: null,
      links: [],
      provenance: {},
      withdrawn: true,
    })
    expect(text).not.toMatch(/Abstract|Synopsis|DOI|Links|Facts from/)
    expect(text).toContain('**This paper has been withdrawn.**')
  })

  it('escapes what Markdown would take for its own', () => {
    expect(markdown({ title: '*Stars* <b>and</b> [x](y) #1 \\emph{here}' })).toContain(
      '# \\*Stars\\* \\<b\\>and\\</b\\> \\[x\\](y) \\#1 *here*\n',
    )
    expect(markdown({ abstract: '1. One\n\n- Two costs $5 and $10\n\n# Three' })).toContain(
      '1\\. One\n\n\\- Two costs \\$5 and \\$10\n\n\\# Three\n',
    )
    expect(markdown({ abstract: 'See \\href{https://a.example/x_(y)}{this}' })).toContain(
      '[this](https://a.example/x_%28y%29)',
    )
  })

  it('has one title and its own sections, whatever the texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'a1 \\{}$#*_<>[]()`~-+=.|&!\n\r\t') }),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(text, text, text, (title, abstract, comments) => {
        const lines = markdown({ title, abstract, comments, synopsis: null }).split('\n')
        const headings = lines.filter((line) => /^ {0,3}(?:#|=+\s*$|-+\s*$|```|~~~|>|<)/.test(line))
        expect(headings.slice(1).filter((line) => !/^(?:## (?:Abstract|Links)|---)$/.test(line))).toEqual([])
        expect(headings[0]).toMatch(/^# ?/)
      }),
      { numRuns: 500 },
    )
  })
})
