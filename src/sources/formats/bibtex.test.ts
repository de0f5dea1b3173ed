import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBibtex } from './bibtex.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { MAX_RECORD_LENGTH } from './lines.ts'

const read = (text: string, size?: number) => collect(readBibtex(feed(text, size)))

const FULL = String.raw`@article{lee2020lakes,
  title = {Bounds on {GPU} lakes: $O(n^{2})$ and \(\alpha\)-stable na{\"\i}ve \emph{seas} \& a_b, 50% of H$_2$O, x < y},
  author = {L{\'e}e, Jr., Ann and van der Berg, Bo and {The ABC Collaboration} and {\L}ukasz Ek and others},
  journal = jl # " of Lakes",
  volume = 12, number = {3}, pages = {1--20},
  year = 2020, month = feb, day = 3,
  doi = {https://doi.org/10.5555/Lakes.12},
  eprint = {2001.01234}, archivePrefix = {arXiv}, primaryClass = {cs.LG},
  abstract = {We show $a < b$ and \textbf{more} of 5% of the words that follow here. Sch\"on.

Second paragraph~with \cite{x} _this_.},
  note = {Oral, see \url{https://lakes.example/a_b}},
  keywords = {lakes},
  url = {https://lakes.example/paper},
}`

describe('BibTeX', () => {
  it('reads an entry with TeX, strings and names', async () => {
    const outcomes = await read(
      `% lakes\n@string{jl = {Journal}}\n@preamble{"x"}\n@comment{a @article{no, title={No}}}\n\n${FULL}\n`,
    )
    expect(outcomes[0]?.position).toBe('entry lee2020lakes (line 6)')
    expect(papersIn(outcomes)).toEqual([
      {
        source: 'bibtex',
        identifiers: [
          { scheme: 'doi', value: '10.5555/lakes.12' },
          { scheme: 'arxiv', value: '2001.01234' },
        ],
        title:
          'Bounds on GPU lakes: $O(n^{2})$ and $\\alpha$-stable naïve \\emph{seas} & a_b, 50% of H$_2$O, x < y',
        abstract:
          'We show $a < b$ and \\textbf{more} of 5% of the words that follow here. Schön.\n\nSecond paragraph~with x _this_.',
        authors: [
          { name: 'Ann Lée Jr.', family: 'Lée', given: 'Ann', suffix: 'Jr.' },
          { name: 'Bo van der Berg', family: 'Berg', given: 'Bo', nonDroppingParticle: 'van der' },
          { name: 'The ABC Collaboration', kind: 'collaboration' },
          { name: 'Łukasz Ek' },
        ],
        authorsTruncated: true,
        published: { precision: 'day', value: '2020-02-03' },
        primaryCategory: 'cs.LG',
        comments: 'Oral, see https://lakes.example/a_b',
        journalReference: 'Journal of Lakes 12(3), 1–20 (2020)',
        publication: {
          type: 'article',
          container: 'Journal of Lakes',
          volume: '12',
          issue: '3',
          pages: '1–20',
        },
        links: [{ kind: expect.any(String), url: 'https://lakes.example/paper' }],
      },
    ])
  })

  it.each([
    ['journal = {arXiv preprint arXiv:2001.01234}', '2001.01234'],
    ['journal = {CoRR}, eprint = {2001.01234}, eprinttype = {arXiv}', '2001.01234'],
    ['journal = {CoRR abs/2001.01234}', '2001.01234'],
    ['url = {https://arxiv.org/abs/hep-th/9901001v2}', 'hep-th/9901001'],
    ['url = {https://doi.org/10.5555/a_b}', '10.5555/a_b'],
    ['doi = {10.5555/a\\_b}', '10.5555/a_b'],
    ['doi = {10.5555/a{\\_}b}', '10.5555/a_b'],
    ['doi = {10.5555/a$<$b$>$c}', '10.5555/a<b>c'],
    ['doi = {N/A}, eprint = {2001.01234}', '2001.01234'],
    ['doi = {N/A}, url = {https://link.springer.com/article/10.1007/s1-2/fulltext.html}', '10.1007/s1-2'],
    ['eprint = {9901001}, archivePrefix = {arXiv}, primaryClass = {hep-th}', 'hep-th/9901001'],
    ['eprint = {arXiv:2001.01234v2 [cs.CL]}', '2001.01234'],
    ['journal = {CoRR}, volume = {abs/2001.01234}', '2001.01234'],
    ['journal = {arXiv e-prints}, eid = {arXiv:2001.01234}, pages = {arXiv:2001.01234}', '2001.01234'],
    ['arxivId = {2001.01234}', '2001.01234'],
    ['howpublished = {arXiv:2001.01234}', '2001.01234'],
    ['note = {\\url{https://arxiv.org/pdf/2001.01234v1.pdf}}', '2001.01234'],
  ])('finds the identifier in %s', async (fields, value) => {
    const [paper] = papersIn(await read(`@misc{x, title = {T}, ${fields}}`))
    expect(paper?.identifiers.map((identifier) => identifier.value)).toEqual([value])
    expect(paper).not.toHaveProperty('links')
    expect(paper).not.toHaveProperty('journalReference')
  })

  it.each([
    ['journal = {\\apj}, volume = 3', 'ApJ 3 (2020)'],
    ['journal = {\\mnras}, volume = {490}, pages = {1--9}', 'MNRAS 490, 1–9 (2020)'],
    ['journal = "\\aap{}", volume = 3', 'A&A 3 (2020)'],
    ['journal = {J. Tides}, volume = 3, eid = {e12}', 'J. Tides 3, e12 (2020)'],
    ['journal = {{\\prd}}', 'Phys. Rev. D (2020)'],
    ['journal = astro', 'A&A (2020)'],
    ['journal = aap, volume = 3', 'A&A 3 (2020)'],
    ['journal = {AAP}', 'AAP (2020)'],
    ['journal = {J. Tides 4 (2020) 1-9}', 'J. Tides 4 (2020) 1-9'],
    ['journal = {Astronomy {\\&}amp; Lakes}', 'Astronomy & Lakes (2020)'],
  ])('reads the journal reference in %s', async (fields, reference) => {
    const [paper] = papersIn(
      await read(`@string{astro = {\\aap}}\n@article{x, title = {T}, year = 2020, ${fields}}`),
    )
    expect(paper?.journalReference).toBe(reference)
  })

  it.each([
    ['@inproceedings', 'inproceedings'],
    ['@conference', 'inproceedings'],
    ['@book', 'book'],
    ['@phdthesis', 'phdthesis'],
    ['@thesis', 'phdthesis'],
    ['@techreport', 'techreport'],
    ['@InCollection', 'incollection'],
    ['@article', 'article'],
  ])('knows what kind of work an %s is', async (entry, type) => {
    const [paper] = papersIn(await read(`${entry}{x, title = {T}, year = 2020, publisher = {Lake}}`))
    expect(paper?.publication).toEqual({ type, publisher: 'Lake' })
  })

  it('keeps an entry whatever it has for a DOI, and an address without TeX', async () => {
    const outcomes = await read(String.raw`
      @misc{a, title = {T}, doi = {doi-less}, url = {https://x.example/{\textasciitilde}me/a{\_}b\%20c?x=1\&y=2}}
      @misc{b, title = {U}, doi = {10.5555/a}, note = {arXiv:2001.01234}}
      @misc{c, title = {V}, doi = {10.1145/nnnnnnn.nnnnnnn}}
      @misc{d, title = {W}, eprint = {forthcoming}, archivePrefix = {arXiv}}`)
    expect(refusalsIn(outcomes)).toEqual([])
    expect(papersIn(outcomes).map(({ identifiers }) => identifiers.map(({ scheme }) => scheme))).toEqual([
      ['local'],
      ['doi', 'arxiv'],
      ['local'],
      ['local'],
    ])
    expect(papersIn(outcomes)[0]?.links?.[0]?.url).toBe('https://x.example/~me/a_b%20c?x=1&y=2')
  })

  it.each([
    ['year = 2020', '2020'],
    ['year = {2020a}', '2020'],
    ['year = 2020, month = "July"', '2020-07'],
    ['year = 2020, month = {Spring}', '2020'],
    ['date = {2020-02-03/2020-02-09}', '2020-02-03'],
    ['year = {in press}', undefined],
    ['year = {201X}', undefined],
    ['year = {n.d.}, month = may', undefined],
    ['date = {forthcoming}, year = 2019', '2019'],
    ['date = {2019-21}', '2019'],
    ['date = {2019~}', '2019'],
    ['year = {2019%}', '2019'],
    ['date = {2019-uu}', '2019'],
    ['date = {2019/..}', '2019'],
    ['date = {../2019}', '2019'],
    ['date = {2019-05-03T10:00:00}', '2019-05-03'],
    ['year = {c.~2019}', '2019'],
    ['year = {2019}, month = mar # "~12"', '2019-03-12'],
    ['year = {2019}, month = "12~" # mar', '2019-03-12'],
    ['year = {2019}, month = dec # "~3"', '2019-12-03'],
    ['year = {2019}, month = 3 # "~" # dec', '2019-12-03'],
    ['year = {2019}, month = mar # "/" # apr', '2019-03'],
    ['year = {2019}, month = {7--8}', '2019-07'],
    ['year = {2019}, month = {M{\\"a}rz}, day = 12', '2019-03-12'],
    ['year = {2019}, month = feb, day = 30', '2019-02'],
    ['year = {2019}, month = {02}, day = {03}', '2019-02-03'],
    ['year = {12 March 2019}', '2019-03-12'],
  ])('dates %s', async (fields, value) => {
    expect(papersIn(await read(`@misc{x, title = {T}, ${fields}}`))[0]?.published?.value).toBe(value)
  })

  it('makes an identifier that is the same for the same work', async () => {
    const [first, second, other] = papersIn(
      await read(
        `@book{a, title={The {Lakes}}, author={Lee, Ann and Ek, Bo}, year=1999}\n@BOOK(b, title="The lakes", author="Ann Lee", year={1999})\n@book{c, title={The lakes}, author={Lee, Ann}, year=2001}`,
      ),
    )
    expect(first?.identifiers[0].scheme).toBe('local')
    expect(second?.identifiers).toEqual(first?.identifiers)
    expect(other?.identifiers).not.toEqual(first?.identifiers)
  })

  it.each([
    ['{ATLAS Collaboration}', [{ name: 'ATLAS Collaboration', kind: 'collaboration' }]],
    ['Collaboration, ATLAS', [{ name: 'ATLAS Collaboration', kind: 'collaboration' }]],
    [
      '{The {LIGO} Scientific Collaboration}',
      [{ name: 'The LIGO Scientific Collaboration', kind: 'collaboration' }],
    ],
    [
      'Aad, G. (ATLAS Collaboration)',
      [
        { name: 'G. Aad', family: 'Aad', given: 'G.' },
        { name: 'ATLAS Collaboration', kind: 'collaboration' },
      ],
    ],
    [
      'G. Aad on behalf of the ATLAS Collaboration and B. Ek for the ATLAS Collaboration',
      [{ name: 'G. Aad' }, { name: 'ATLAS Collaboration', kind: 'collaboration' }, { name: 'B. Ek' }],
    ],
    [String.raw`{\'Ecole Polytechnique}`, [{ name: 'École Polytechnique', literal: true }]],
    ['Poe, Jr., {}', [{ name: 'Poe Jr.', family: 'Poe', suffix: 'Jr.' }]],
    ['{Plato}', [{ name: 'Plato', literal: true }]],
    ['{Ann Lee}', [{ name: 'Ann Lee', literal: true }]],
    ['García López, Ann', [{ name: 'Ann García López', family: 'García López', given: 'Ann' }]],
    ['Ann {García López}', [{ name: 'Ann García López', family: 'García López', given: 'Ann' }]],
    ['{Ramón y Cajal}, Ana', [{ name: 'Ana Ramón y Cajal', family: 'Ramón y Cajal', given: 'Ana' }]],
    ['王, 小明', [{ name: '王小明', family: '王', given: '小明' }]],
    ['Nguyen, The Anh', [{ name: 'The Anh Nguyen', family: 'Nguyen', given: 'The Anh' }]],
    [
      'van der Berg, Jr., Bo',
      [
        {
          name: 'Bo van der Berg Jr.',
          family: 'Berg',
          given: 'Bo',
          nonDroppingParticle: 'van der',
          suffix: 'Jr.',
        },
      ],
    ],
    [
      'King Jr., Martin Luther',
      [{ name: 'Martin Luther King Jr.', family: 'King', given: 'Martin Luther', suffix: 'Jr.' }],
    ],
    ['King, Ann III', [{ name: 'Ann King III', family: 'King', given: 'Ann', suffix: 'III' }]],
    ['Lee, Ann,', [{ name: 'Ann Lee', family: 'Lee', given: 'Ann' }]],
    ['Ann Lee, M.D.', [{ name: 'Ann Lee M.D.' }]],
    ['{CMS Collab.}', [{ name: 'CMS Collab.', kind: 'collaboration' }]],
    [String.raw`Nguy{\~{\^e}}n, An`, [{ name: 'An Nguyễn', family: 'Nguyễn', given: 'An' }]],
    [String.raw`Tr\`{\^{a}}n, An`, [{ name: 'An Trần', family: 'Trần', given: 'An' }]],
    [String.raw`{\noopsort{aa}}Lee, Ann`, [{ name: 'Ann Lee', family: 'Lee', given: 'Ann' }]],
    ['Lee, Ann, Jr.', [{ name: 'Ann Lee Jr.', family: 'Lee', given: 'Ann', suffix: 'Jr.' }]],
    [
      'family=García López, given={Ann}, prefix=de, useprefix=false',
      [{ name: 'Ann de García López', family: 'García López', given: 'Ann', droppingParticle: 'de' }],
    ],
    [String.raw`Serre, J.\,-P.`, [{ name: 'J.-P. Serre', family: 'Serre', given: 'J.-P.' }]],
    [String.raw`{\c C}elik, {\.I}lker`, [{ name: 'İlker Çelik', family: 'Çelik', given: 'İlker' }]],
  ])('reads the author %s', async (author, authors) => {
    const [paper] = papersIn(await read(`@misc{x, title = {T}, author = {${author}}}`))
    expect(paper?.authors).toEqual(authors)
    expect(paper).not.toHaveProperty('authorsTruncated')
  })

  it.each([
    ['Lee, Ann and others', undefined],
    ['Lee, Ann and et al.', undefined],
    ['Lee, Ann et al.', undefined],
    ['Lee et al., Ann', undefined],
    ['Lee, Ann and {others}', undefined],
    ['Lee, Ann and ...', undefined],
    ['Lee, Ann, et al.', undefined],
    ['Lee, Ann and {\\ldots}', undefined],
    ['Lee, Ann and $\\dots$', undefined],
    ['Lee, Ann and {u. a.}', undefined],
    ['Lee, Ann and y otros', undefined],
    ['Lee, Ann and 200 others', 200],
    ['Lee, Ann and {(200 more)}', 200],
    ['Lee, Ann + 12 others', 12],
    ['Lee, Ann [and 3,456 others]', 3456],
  ])('knows that %s leaves authors out', async (author, missing) => {
    const [paper] = papersIn(await read(`@misc{x, title = {T}, author = {${author}}}`))
    expect(paper?.authors).toEqual([{ name: 'Ann Lee', family: 'Lee', given: 'Ann' }])
    expect(paper).toMatchObject({ authorsTruncated: true })
    expect(paper?.authorsMissing).toBe(missing)
  })

  it('has the collaborations that INSPIRE names in a field of their own, and authors of strings', async () => {
    const [paper, other] = papersIn(
      await read(
        '@string{who = "Lee, Ann"}\n@misc{x, title={T}, author="Aad, Georges and others", collaboration="ATLAS, CMS"}\n' +
          '@misc{y, title={T}, Author = who # " and Ek, Bo"}',
      ),
    )
    expect(paper?.authors?.map(({ name }) => name)).toEqual([
      'Georges Aad',
      'ATLAS Collaboration',
      'CMS Collaboration',
    ])
    expect(other?.authors?.map(({ name }) => name)).toEqual(['Ann Lee', 'Bo Ek'])
  })

  it('refuses bad entries, saying where, and takes all others', async () => {
    const outcomes = await read(
      [
        '@misc{good1, title={Good 1}}',
        '@misc{open, title={Never {closed},',
        '  year=2020}',
        '@misc{good2, title={Good 2}}',
        '@misc{junk, title={T}, and more}',
        '@misc{untitled, year=2020}',
        '% @misc{commented, title={out}}',
        `@misc{long, title={T}, abstract={${'\\"o '.repeat(MAX_RECORD_LENGTH / 4)}}}`,
        `@misc{slow, title={T}, editor={${'{\\"O}, A and '.repeat(10_000)} B}}`,
        '@comment{ an open remark',
        'a@b.example {',
        '@misc{good3, title="Good {"}3"}',
        '@misc{cut, title={T',
      ].join('\n'),
    )
    expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['Good 1', 'Good 2', 'Good "3'])
    expect(refusalsIn(outcomes)).toEqual([
      'entry open (line 2): The braces or quotation marks of the entry are not balanced.',
      expect.stringMatching(/^entry junk \(line 5\): The entry is not readable BibTeX \(.*line 5/),
      'entry untitled (line 6): It has no title.',
      'entry long (line 8): The entry is longer than 4,194,304 characters.',
      'entry slow (line 9): The entry is longer than 100,000 characters.',
      'entry cut (line 13): The braces or quotation marks of the entry are not balanced.',
    ])
  })

  describe('inherits', () => {
    const proceedings = `@proceedings{Lakes2019, title = {Proceedings of Lakes}, year = 2019, month = may, doi = {10.5555/whole},
      url = {https://lakes.example/whole}, note = {All of it}, pages = {1--900}, volume = 7, editor = {Ek, Bo}}`
    const child = (more = '') =>
      `@inproceedings{child, title = {A lake}, author = {Lee, Ann}, crossref = {lakes2019} ${more}}`
    const childOf = async (text: string) => papersIn(await read(text)).find(({ title }) => title === 'A lake')

    it('where and when from what it is in, before it or after it, and nothing else', async () => {
      for (const text of [`${proceedings}\n${child()}`, `${child()}\n@misc{x, title={X}}\n${proceedings}`]) {
        const outcomes = await read(text)
        expect(refusalsIn(outcomes)).toEqual([])
        const paper = papersIn(outcomes).find(({ title }) => title === 'A lake')
        expect(paper).toEqual({
          source: 'bibtex',
          identifiers: [{ scheme: 'local', value: expect.any(String) }],
          title: 'A lake',
          authors: [expect.objectContaining({ name: 'Ann Lee' })],
          published: { precision: 'month', value: '2019-05' },
          journalReference: 'Proceedings of Lakes 7 (2019)',
          publication: { type: 'inproceedings', container: 'Proceedings of Lakes', volume: '7' },
        })
      }
    })

    it('less than it says itself', async () => {
      const own = ', year = 2020, booktitle = {Lakes of the year}, volume = 8'
      expect(await childOf(`${child(own)}\n${proceedings}`)).toMatchObject({
        published: { value: '2020' },
        journalReference: 'Lakes of the year 8 (2020)',
      })
      expect((await childOf(`${child(', year = 2019')}\n${proceedings}`))?.published?.value).toBe('2019-05')
      const dated = proceedings.replace('month = may', 'month = may, day = 30')
      expect((await childOf(`${child(', month = jun')}\n${dated}`))?.published?.value).toBe('2019-06')
      const renamed = proceedings.replace('Lakes2019,', 'LNCS12, ids = {lncs, Lakes2019},')
      expect((await childOf(`${child()}\n${renamed}`))?.published?.value).toBe('2019-05')
      expect((await childOf(`${child(', date = {2019}')}\n${proceedings}`))?.published?.value).toBe('2019')
    })

    it('over generations, from fields kept for many, and in a circle only once', async () => {
      const chain = `${child()}
        @proceedings{lakes2019, booktitle = {Lakes}, crossref = {series}}
        @proceedings{SERIES, title = {All lakes}, xdata = {when, who}}
        @xdata{when, date = {2019-05-03}}`
      const outcomes = await read(chain)
      expect(papersIn(outcomes).map(({ title }) => title)).toEqual(['All lakes', 'A lake'])
      expect(papersIn(outcomes)[1]).toMatchObject({
        published: { value: '2019-05-03' },
        journalReference: 'Lakes (2019)',
      })
      const circle =
        '@inbook{a, title={A}, crossref={b}} @book{b, title={B}, crossref={a}, year=2019} @misc{c, title={C}, crossref={c}}'
      const around = papersIn(await read(circle))
      expect(around.map(({ title }) => title).toSorted()).toEqual(['A', 'B', 'C'])
      expect(around.find(({ title }) => title === 'A')?.published?.value).toBe('2019')
    })

    it('all that it lacks from xdata, its names and identifier too', async () => {
      const [paper] = papersIn(
        await read(
          '@article{x, xdata={d}, title={T}} @xdata{d, author={Lee, Ann}, doi={10.5555/x}, abstract={Seas.}}',
        ),
      )
      expect(paper).toMatchObject({
        identifiers: [{ scheme: 'doi', value: '10.5555/x' }],
        authors: [{ name: 'Ann Lee' }],
        abstract: 'Seas.',
      })
    })

    it('a journal from a periodical, and a book’s title and authors where a chapter has none', async () => {
      const papers = papersIn(
        await read(`@article{a, title={A}, crossref={p}} @periodical{p, title={Lake News}, date={2019-05}}
          @inbook{i, crossref={b}, chapter=3} @book{b, title={The Book}, author={Ek, Bo}, year=2018}`),
      )
      expect(papers.find(({ title }) => title === 'A')?.journalReference).toBe('Lake News (2019)')
      expect(
        papers.filter(({ title }) => title === 'The Book').map(({ authors }) => authors?.[0]?.name),
      ).toEqual(['Bo Ek', 'Bo Ek'])
    })

    it('nothing from what is not there', async () => {
      expect(await childOf(child())).toMatchObject({ title: 'A lake' })
    })
  })

  it('does not let strings grow without bound', { timeout: 20_000 }, async () => {
    const bomb = Array.from(
      { length: 30 },
      (_, index) => `@string{s${index + 1} = s${index} # s${index}}`,
    ).join('\n')
    const outcomes = await read(
      `@string{s0 = "lakes"}\n${bomb}\n@misc{x, title = {T}, note = s0, annote = s20}`,
    )
    expect(papersIn(outcomes)[0]).toMatchObject({ title: 'T', comments: 'lakes' })
  })

  it('gives the same outcomes however the text is cut', async () => {
    const text = `@string{jl = {Journal}}\r\n${FULL}\n@misc{a, title={b\n\n  @misc{c, title="{\\"o}"}\n@comment{x\n@misc(d, title={e\\\n}) rest @misc{f,`
    const whole = await read(text)
    expect(papersIn(whole).length).toBeGreaterThan(1)
    for (const size of [1, 2, 7, 100]) expect(await read(text, size)).toEqual(whole)
  })

  it('never throws', { timeout: 30_000 }, async () => {
    const pieces = [
      '@misc{',
      'a,',
      'title',
      '=',
      '{',
      '}',
      '"',
      '$',
      '\\',
      '\\"',
      '(',
      ')',
      '\n',
      '\n\n',
      '%',
      '@',
      '@comment{',
      '@string{',
      '#',
      ' and ',
      '<',
      '\ue000',
      'author={',
      '\\ensuremath{',
    ]
    const shape = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `@misc{x, title={${text}}}`),
      fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(shape, async (text) => {
        expect(await read(text, 3)).toEqual(await read(text))
      }),
      { numRuns: 400 },
    )
  })
})
