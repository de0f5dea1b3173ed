import { describe, expect, it } from 'vitest'
import { findIn, indexOf } from '../testing/invented-index.ts'
import { indexed } from '../testing/invented-papers.ts'
import { nameTerms } from '../to-indexed-paper.ts'
import type { WordIndex } from './word-index.ts'

const search = (index: WordIndex, text: string) => findIn(index, text, { typed: text, limit: 50 })

function having(index: WordIndex, text: string) {
  const { hits, total, facets } = search(index, text)
  const ids = hits.flatMap(({ id, byWords }) => (byWords ? [id] : [])).toSorted((a, b) => a - b)
  expect(total).toBe(ids.length)
  const filed = facets.categories.find(({ category }) => category === 'cs.LG')?.papers ?? 0
  expect(filed).toBe(ids.length)
  return ids
}

/** Spellings of one thing, with what is none of it after the bar. */
const COMPOUNDS = String.raw`
pre-training, pretraining, pre training, Pre-Trained, pre‑training, pre–training | training before, press
fine-tuning, finetuning, fine tuning, Fine-tuned | fine weather tuning
GPT-4, GPT4, GPT 4, gpt-4, GPT‐4, gpt4 | GPT-3 with 4 layers, GPT4o
ResNet-50, ResNet50, ResNet 50 | ResNet of depth 50
COVID-19, COVID19, Covid 19, covid19 | COVID in 1919
3-D, 3D, 3 D, 3d | D of 3, 3 times D
3.5 GHz, 3.5GHz, 3.5-GHz, 3.5 ghz | GHz 3.5 of
10 TeV, 10TeV, 10-TeV | TeV of 10
e-mail, email, e mail, E-mails, emails | mail in e minor
x-ray, xray, X ray, X-rays | ray of x and y
C++, c++ | C, C#
H2O, H$_2$O, H_2O, H₂O | H O 2
L1, L_1, L$_1$, L-1, L₁ | L of 1
mid-air, midair, mid air | air in mid
non-linear, nonlinear, non linear, nonlinearity, non-linearities | linear
multi-agent, multiagent, multi agent, multi-agents | agent of multi
data-set, dataset, data set, datasets, data sets | set of data
time-scale, timescale, time scale, time scales | scale in time
SARS-CoV-2, SARS CoV-2, SARS-CoV2 | SARS 2
self-attention, selfattention, self attention | attention to self
back-propagation, backpropagation, back propagation | propagation back
zero-shot, zeroshot, zero shot | shot at zero
k-means, kmeans, k means | means of k
cross-lingual, crosslingual, cross lingual | lingual cross
Llama-2-7B, Llama 2 7B, Llama-2 7B | Llama 7B of 2
Python 3.10, Python-3.10, Python3.10 | Python 3.1
wi-fi, wifi | fi wi
over-fitting, overfitting | fitting over
TCP/IP, TCP-IP, TCP–IP | UDP
state-of-the-art, state of the art, state‑of‑the‑art | art of war
NGC 1068, NGC-1068, NGC1068 | NGC 1069
Llama-7B, Llama 7B | Llama 8B
database, data-base, data base, data bases, Databases | data based on bases, base of data
online, on-line, On-Line | a line on
off-line, offline, off‑line | a line drawn off
follow-up, followup, follow-ups | follow the group up
in-domain, indomain | a domain in
what-if, whatif | whatever if
straight-forward, straightforward, straight forward | forward and straight
leader-board, leaderboard, leader board, leaderboards | leader of a board
layer-wise, layerwise | layer of wise
two-fold, twofold | fold of two
`
  .trim()
  .split('\n')
  .map((line) => {
    const [same = '', other = ''] = line.split(' | ')
    return { spellings: same.split(', '), others: other.split(', ') }
  })

describe.each(COMPOUNDS)('$spellings', ({ spellings, others }) => {
  const papers = [
    ...spellings.map((spelling, i) =>
      indexed(i + 1, {
        title: `Study ${i}x`,
        body: `We saw large ${plain(spelling)} models.`,
        categories: ['cs.LG'],
      }),
    ),
    ...others.map((other, i) =>
      indexed(100 + i, {
        title: `Study ${i}y`,
        body: `We saw large ${other} models.`,
        categories: ['cs.LG'],
      }),
    ),
  ]
  const index = indexOf(papers)
  const titled = indexOf(
    papers.map(({ id }) => {
      const text = id < 100 ? plain(spellings[id - 1] ?? '') : (others[id - 100] ?? '')
      return indexed(id, { title: `Large ${text} models`, categories: ['cs.LG'] })
    }),
  )
  const same = spellings.map((_, i) => i + 1)
  const different = others.map((_, i) => 100 + i)

  it.each(spellings)('%s finds all', (spelling) => {
    const query = plain(spelling)
    // Of three words, each may be anywhere.
    if (query.split(' ').length > 2) expect(having(index, query)).toEqual(expect.arrayContaining(same))
    else expect(having(index, query)).toEqual(same)
    const quoted = `"${query}"`
    expect(having(index, quoted)).toEqual(same)
    expect(having(index, `"large ${query} models"`)).toEqual(same)
    expect(having(index, `models -${quoted}`)).toEqual(different)
    if (!query.includes(' ')) expect(having(index, `models -${query}`)).toEqual(different)
    expect(having(titled, `title:${quoted}`)).toEqual(same)
    expect(having(titled, `large models -title:${quoted}`)).toEqual(different)
    expect(having(titled, `title:"large ${query}"`)).toEqual(same)
    if (!query.includes(' ')) expect(having(titled, `title:${query}`)).toEqual(same)
  })
})

/** As the index has a text. */
function plain(spelling: string): string {
  return spelling.replace('$_2$', '₂').replace('$_1$', '₁')
}

it('a compound is nobody whose names are its parts', () => {
  const index = indexOf([
    indexed(1, { title: 'X-ray optics', categories: ['cs.LG'] }),
    indexed(2, { title: 'Lenses', authors: [nameTerms('Xiao K. Li')] }),
    indexed(3, { title: 'Mirrors', authors: [nameTerms('Ray Means')] }),
    indexed(4, { title: 'Bounds of k-means', categories: ['cs.LG'] }),
  ])
  for (const text of ['x-ray', 'x ray', 'xray']) expect(having(index, text)).toEqual([1])
  for (const text of ['k-means', 'k means', 'kmeans']) expect(having(index, text)).toEqual([4])
})

it('stop words before and behind a word have a place of their own, or that of a compound', () => {
  const index = indexOf([
    indexed(1, { title: 'A', body: 'We plan a follow-up study.', categories: ['cs.LG'] }),
    indexed(2, { title: 'B', body: 'We follow up studies.', categories: ['cs.LG'] }),
    indexed(3, { title: 'C', body: 'We follow studies.' }),
    indexed(4, { title: 'D', body: 'It was seen in-vivo and in vitro.' }),
  ])
  for (const text of ['"follow up study"', '"follow-up study"']) expect(having(index, text)).toContain(1)
  expect(having(index, '"follow up study"')).toEqual([1, 2])
  const seen = (text: string) => search(index, text).hits.flatMap(({ id, byWords }) => (byWords ? [id] : []))
  for (const text of ['in vivo', 'in-vivo', 'in-vitro', 'vitro']) expect(seen(text)).toEqual([4])
})
