import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classifyLink, LINK_KINDS, collectLinks, normaliseUrl, type PaperLink } from './links.ts'

describe('a normalised URL', () => {
  it.each([
    ['https://Example.ORG/', 'https://example.org'],
    [' HTTP://example.org:80/A/b// ', 'http://example.org/A/b'],
    ['https://example.org:8443/a', 'https://example.org:8443/a'],
    ['https://github.com/acorn/oak.git', 'https://github.com/acorn/oak'],
    ['https://github.com/acorn/oak.git/', 'https://github.com/acorn/oak'],
    ['https://example.org/oak.git', 'https://example.org/oak.git'],
    ['https://acorn.github.io/oak.github.io/', 'https://acorn.github.io/oak.github.io'],
    ['https://example.org/?utm_source=a&page=2&UTM_medium=b', 'https://example.org?page=2'],
    ['https://example.org/a?utm_source=a#top', 'https://example.org/a#top'],
    ['https://example.org./a?#', 'https://example.org/a'],
    ['https://bücher.example/ä', 'https://xn--bcher-kva.example/%C3%A4'],
  ])('%s', (url, expected) => expect(normaliseUrl(url)).toBe(expected))

  it.each([
    '',
    'example.org',
    '/papers/new',
    '//example.org',
    'https:example.org',
    'https://',
    'javascript:alert(1)',
    ' javascript://example.org/%0aalert(1)',
    'data:text/html,hello',
    'ftp://example.org/a',
    'https://reader@example.org/',
    'https://reader:secret@example.org/',
    `https://example.org/${'a'.repeat(2048)}`,
    `https://example.org/${'é'.repeat(1000)}`,
  ])('is not made of %s', (url) => expect(normaliseUrl(url)).toBeNull())

  it('stays as it is, and is safe to link', () => {
    const odd = fc
      .tuple(
        fc.constantFrom(
          'https://github.com',
          'http://Example.org',
          'https://gitlab.com',
          'https://example.org:443',
        ),
        fc.string({
          unit: fc.constantFrom(
            '/',
            '.',
            '..',
            '.git',
            '%2e',
            '?',
            '&',
            '#',
            'utm_a=b',
            'a',
            ' ',
            '\\',
            '@',
            ':',
            'é',
            '\n',
          ),
        }),
      )
      .map(([origin, rest]) => `${origin}/${rest}`)
    fc.assert(
      fc.property(
        fc.oneof(
          odd,
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
          fc.string().map((s) => `http://${s}`),
        ),
        (url) => {
          const normal = normaliseUrl(url)
          if (normal === null) return
          expect(normaliseUrl(normal)).toBe(normal)
          expect(normal).toMatch(/^https?:\/\/[^/?#@\s]+(?:[/?#]\S*)?$/)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('the kind of a page', () => {
  it.each<[string, string]>([
    ['code', 'https://github.com/acorn/oak'],
    ['code', 'https://www.github.com/acorn/oak/tree/main/bark'],
    ['code', 'https://gist.github.com/acorn/0123'],
    ['code', 'https://gitlab.com/acorn/oak'],
    ['code', 'https://gitlab.example.edu/acorn/oak'],
    ['code', 'https://codeberg.org/acorn/oak'],
    ['code', 'https://bitbucket.org/acorn/oak'],
    ['code', 'https://git.sr.ht/~acorn/oak'],
    ['code', 'https://anonymous.4open.science/r/oak-1234'],
    ['project', 'https://github.com/acorn'],
    ['project', 'https://github.com/orgs/acorn/repositories'],
    ['project', 'https://acorn.github.io'],
    ['project', 'https://acorn.gitlab.io/oak'],
    ['project', 'https://sites.google.com/view/oak'],
    ['dataset', 'https://huggingface.co/datasets/acorn/oak'],
    ['dataset', 'https://www.kaggle.com/datasets/acorn/oak'],
    ['dataset', 'https://www.kaggle.com/acorn/oak'],
    ['dataset', 'https://zenodo.org/records/1234'],
    ['dataset', 'https://doi.org/10.5281/zenodo.1234'],
    ['dataset', 'https://figshare.com/articles/dataset/oak/1234'],
    ['dataset', 'https://dataverse.example.edu/dataset.xhtml?persistentId=1'],
    ['dataset', 'https://www.openml.org/d/61'],
    ['dataset', 'https://physionet.org/content/oak/1.0'],
    ['dataset', 'https://paperswithcode.com/dataset/oak'],
    ['demo', 'https://huggingface.co/spaces/acorn/oak'],
    ['demo', 'https://colab.research.google.com/drive/1'],
    ['demo', 'https://oak.streamlit.app'],
    ['demo', 'https://1234.gradio.live'],
    ['demo', 'https://replicate.com/acorn/oak'],
    ['model', 'https://huggingface.co/acorn/oak-7b'],
    ['model', 'https://hf.co/acorn/oak-7b'],
    ['model', 'https://modelscope.cn/models/acorn/oak'],
    ['paper', 'https://doi.org/10.1000/182'],
    ['paper', 'https://aclanthology.org/2025.acl-long.1'],
    ['paper', 'https://openreview.net/forum?id=oak'],
    ['paper', 'https://proceedings.mlr.press/v1/oak.html'],
    ['paper', 'https://arxiv.org/abs/2412.19723'],
    ['paper', 'https://huggingface.co/papers/2412.19723'],
    ['paper', 'https://www.nature.com/articles/s41562-025-02172-y'],
    ['paper', 'https://dl.acm.org/doi/10.1145/1.2'],
    ['other', 'https://github.com'],
    ['other', 'https://github.com/topics/oak'],
    ['other', 'https://github.com.example.org/acorn/oak'],
    ['other', 'https://github.io'],
    ['other', 'https://git.io/oak'],
    ['other', 'https://huggingface.co/acorn'],
    ['other', 'https://huggingface.co/collections/acorn/oak-12'],
    ['other', 'https://www.nature.com/nature'],
    ['other', 'https://example.org'],
    ['other', 'javascript:alert(1)'],
    ['other', 'oak'],
  ])('%s: %s', (kind, url) => expect(classifyLink(url)).toBe(kind))
})

describe('links of several sources', () => {
  it('are one where they lead to one page', () => {
    const given = (kind: PaperLink['kind'], url: string, source: string) => ({ link: { kind, url }, source })
    expect(
      collectLinks([
        given('other', 'http://www.acorn.example/oak', 'huggingface'),
        given('project', 'https://acorn.example/oak/', 'bibliography'),
        given('code', 'https://github.com/Acorn/Oak', 'jsonl'),
        given('code', 'http://github.com/acorn/oak.git', 'abstract'),
        given('code', 'http://github.com/acorn/oak', 'abstract'),
        given('code', 'https://github.com/acorn/oak/blob/main/README', 'abstract'),
        given('code', 'https://github.com/acorn/oak/blob/main/readme', 'abstract'),
        given('other', 'javascript:alert(1)', 'jsonl'),
      ]),
    ).toEqual([
      { kind: 'code', url: 'https://github.com/Acorn/Oak', sources: ['abstract', 'jsonl'] },
      { kind: 'code', url: 'https://github.com/acorn/oak/blob/main/README', sources: ['abstract'] },
      { kind: 'code', url: 'https://github.com/acorn/oak/blob/main/readme', sources: ['abstract'] },
      { kind: 'project', url: 'https://acorn.example/oak', sources: ['bibliography', 'huggingface'] },
    ])
  })

  it('come out the same whatever their order', () => {
    const url = fc
      .tuple(
        fc.constantFrom('http://', 'https://', 'https://www.'),
        fc.constantFrom('github.com', 'acorn.example'),
        fc.constantFrom(
          '',
          '/',
          '/Acorn',
          '/acorn/',
          '/acorn/oak',
          '/Acorn/oak.git',
          '/acorn/OAK/',
          '/acorn/oak/A',
          '?a',
        ),
      )
      .map((parts) => parts.join(''))
    const list = fc.array(
      fc.record({
        link: fc.record({ kind: fc.constantFrom(...LINK_KINDS), url }),
        source: fc.constantFrom('abstract', 'jsonl', 'sample'),
      }),
      { maxLength: 12 },
    )
    const shuffled = list.chain((links) =>
      fc.tuple(fc.constant(links), fc.shuffledSubarray(links, { minLength: links.length })),
    )
    fc.assert(
      fc.property(shuffled, ([links, otherwise]) => {
        const collected = collectLinks(links)
        expect(collectLinks(otherwise)).toEqual(collected)
        expect(
          collectLinks(collected.flatMap((link) => link.sources.map((source) => ({ link, source })))),
        ).toEqual(collected)
      }),
      { numRuns: 300 },
    )
  })
})
