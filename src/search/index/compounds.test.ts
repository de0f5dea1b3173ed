import { describe, expect, it } from 'vitest'
import { parseQuery } from '../query/parse-query.ts'
import { indexed } from '../testing/invented-papers.ts'
import { find } from './find.ts'
import { Scores } from './match-words.ts'
import { addPapers, newWordIndex } from './word-index.ts'

const scratch = new Scores()

function indexOf(papers: Parameters<typeof addPapers>[1]) {
  const index = newWordIndex()
  addPapers(index, papers, papers.length)
  return index
}

function having(index: ReturnType<typeof newWordIndex>, text: string) {
  const { hits, total, facets } = find(
    { words: index, vectors: null },
    {
      query: parseQuery(text),
      typed: text,
      vector: null,
      offset: 0,
      limit: 50,
      unfinished: false,
      ranked: [],
    },
    scratch,
  )
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
    // Two words mean two words; with a sign between them, or as a phrase, one thing.
    if (query.includes(' ')) expect(having(index, query)).toEqual(expect.arrayContaining(same))
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
