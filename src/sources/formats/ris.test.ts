import { describe, expect, it } from 'vitest'
import { plainText } from '../../papers/plain-text.ts'
import { collect, feed, papersIn, refusalsIn } from '../feed.fixture.ts'
import { readRis } from './ris.ts'

const read = (text: string) => collect(readRis(feed(text, 7)))

describe('RIS', () => {
  it('reads what reference managers write', async () => {
    const outcomes = await read(
      [
        '\ufeffTY  - JOUR',
        'TI  - Tides of $\\alpha$-stable lakes, at $5 & 10%',
        'AU  - García López, Ann',
        'AU  - Poe, Sam, Jr.',
        'AU  - The Lake Collaboration',
        'AU  - et al.',
        'PY  - 2020',
        'DA  - 2020/02/03/',
        'T2  - Journal of Lakes',
        'VL  - 12',
        'IS  - 3',
        'SP  - 1',
        'EP  - 20',
        'DO  - https://doi.org/10.5555/Lakes.12',
        'UR  - https://arxiv.org/abs/2001.01234v2',
        'L1  - https://lakes.example/paper.pdf',
        'KW  - cs.LG',
        'KW  - deep lakes',
        'AB  - We measure',
        'all tides.',
        'ER  - ',
        '',
      ].join('\r\n'),
    )
    expect(refusalsIn(outcomes)).toEqual([])
    const [paper] = papersIn(outcomes)
    expect(outcomes[0]?.position).toBe('record 1 (line 1)')
    expect(paper).toMatchObject({
      source: 'ris',
      identifiers: [
        { scheme: 'doi', value: '10.5555/lakes.12' },
        { scheme: 'arxiv', value: '2001.01234' },
      ],
      authors: [
        { name: 'Ann García López', family: 'García López', given: 'Ann' },
        { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.' },
        { name: 'The Lake Collaboration', kind: 'collaboration' },
      ],
      authorsTruncated: true,
      published: { precision: 'day', value: '2020-02-03' },
      abstract: 'We measure all tides.',
      categories: ['cs.LG'],
      journalReference: 'Journal of Lakes 12(3), 1–20 (2020)',
      publication: {
        type: 'article',
        container: 'Journal of Lakes',
        volume: '12',
        issue: '3',
        pages: '1–20',
      },
      links: [{ url: 'https://lakes.example/paper.pdf' }],
    })
    expect(plainText(paper?.title ?? '')).toBe('Tides of α-stable lakes, at $5 & 10%')
  })

  it.each([
    ['T1  - On tides\nA1  - Lee, Ann\nY1  - 2019/05//\nJF  - Lakes', { published: { value: '2019-05' } }],
    ['TI  - On tides\nPY  - 2019///Spring', { published: { value: '2019' } }],
    ['TI  - On tides\nDA  - 2019-05-03', { published: { value: '2019-05-03' } }],
    ['TI  - On tides\nPY  - 2019\nDA  - 2019 May 3', { published: { value: '2019-05-03' } }],
    ['TI  - On tides\nPY  - 2019\nDA  - May 3', { published: { value: '2019-05-03' } }],
    ['TI  - On tides\nPY  - 2019\nDA  - 05/03', { published: { value: '2019' } }],
    ['TI  - On tides\nPY  - 2019\nDA  - 2018/12/30/', { published: { value: '2019' } }],
    ['TI  - On tides\nM3  - 10.5555/a', { identifiers: [{ scheme: 'doi', value: '10.5555/a' }] }],
    ['TI  - C:\\new {braces}', { title: 'C:\\textbackslash{}new \\{braces\\}' }],
    ['TI  - On tides\nSP  - 117\nEP  - 17\nT2  - Lakes', { journalReference: 'Lakes, 117' }],
  ])('reads %j, even without an end', async (lines, facts) => {
    const [paper] = papersIn(await read(`TY  - JOUR\n${lines}\n`))
    if ('title' in facts) expect(plainText(paper?.title ?? '')).toBe('C:\\new {braces}')
    else expect(paper).toMatchObject(facts)
  })

  it.each([
    ['CPAPER', '', 'inproceedings'],
    ['CONF', '', 'inproceedings'],
    ['CHAP', '', 'incollection'],
    ['THES', 'PhD thesis', 'phdthesis'],
    ['THES', 'Master’s thesis', 'mastersthesis'],
    ['RPRT', '', 'techreport'],
    ['DATA', '', 'dataset'],
  ])('knows what %s (%s) is', async (code, kind, type) => {
    const [paper] = papersIn(await read(`TY  - ${code}\nTI  - Tides\nT2  - Lakes\nM3  - ${kind}\nER  - \n`))
    expect(paper?.publication).toMatchObject({ type, container: 'Lakes' })
  })

  it.each([
    ['Thelwall, Mike', { name: 'Mike Thelwall', family: 'Thelwall', given: 'Mike' }],
    ['Poe, Jr., Sam', { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.' }],
    ['Poe Jr., Sam', { name: 'Sam Poe Jr.', family: 'Poe', given: 'Sam', suffix: 'Jr.' }],
    ['Lakes Consortium,', { name: 'Lakes Consortium', kind: 'collaboration' }],
    ['Plato,', { name: 'Plato', literal: true }],
    ['The Lakes Office, Oslo', { name: 'The Lakes Office, Oslo', literal: true }],
  ])('reads the author %s', async (name, author) => {
    const [paper] = papersIn(await read(`TY  - JOUR\nTI  - Tides\nAU  - ${name}\nER  - \n`))
    expect(paper?.authors).toEqual([author])
  })

  it('reads lines that end as on old Macs', async () => {
    const lines = 'TY  - JOUR\rTI  - Tides\rAB  - Deep\rseas\rER  - \rTY  - GEN\rTI  - Lakes\rER  - \r'
    for (const text of [lines, lines.replaceAll('\r', '\r\n')])
      expect(papersIn(await read(text))).toMatchObject([
        { title: 'Tides', abstract: 'Deep seas' },
        { title: 'Lakes' },
      ])
  })

  it('refuses a record without a title, and takes the one behind it that nothing parts from it', async () => {
    const outcomes = await read('TY  - JOUR\nAU  - Lee, Ann\nTY  - GEN\nTI  - Tides\nPY  - 2020\nER  -\n')
    expect(refusalsIn(outcomes)).toEqual(['record 1 (line 1): It has no title.'])
    expect(papersIn(outcomes)).toMatchObject([{ title: 'Tides', identifiers: [{ scheme: 'local' }] }])
  })
})
