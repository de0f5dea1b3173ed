import { describe, expect, it } from 'vitest'
import { findIn, indexOf } from '../testing/invented-index.ts'
import { indexed } from '../testing/invented-papers.ts'
import { nameTerms } from '../to-indexed-paper.ts'
import type { IndexedPaper } from './indexed-paper.ts'

function having(papers: IndexedPaper[], text: string) {
  const { hits } = findIn(indexOf(papers), text, { typed: text, limit: 50 })
  return hits.flatMap(({ id, byWords }) => (byWords ? [id] : [])).toSorted((a, b) => a - b)
}

describe('names', () => {
  const names = [
    '王小明',
    '山田 太郎',
    '김철수',
    'Jan Müller',
    'Jan Mueller',
    'Martin Ødegård',
    'Åsa Strauß',
    'Иван Йодов',
    'Νίκος Παπάς',
    'Işıl Yıldız',
    'Jan Muller',
  ]
  const papers = names.map((name, i) => indexed(i + 1, { title: `Paper ${i}`, authors: [nameTerms(name)] }))

  it.each([
    ['王小明', [1]],
    ['王', [1]],
    ['小明', [1]],
    ['山田', [2]],
    ['太郎', [2]],
    ['山田太郎', [2]],
    ['철수', [3]],
    ['김', [3]],
    ['mueller', [4, 5]],
    ['Müller', [4, 5, 11]],
    ['MÜLLER', [4, 5, 11]],
    ['Mu\u0308ller', [4, 5, 11]],
    ['muller', [4, 11]],
    ['odegaard', [6]],
    ['ødegård', [6]],
    ['odegard', [6]],
    ['oedegaard', [6]],
    ['strauss', [7]],
    ['STRAUẞ', [7]],
    ['aasa', [7]],
    ['ЙОДОВ', [8]],
    ['иодов', [8]],
    ['παπας', [9]],
    ['ΠΑΠΆΣ', [9]],
    ['yildiz', [10]],
    ['ISIL', [10]],
  ] as [string, number[]][])('%s', (name, expected) => {
    expect(having(papers, `author:${name}`)).toEqual(expected)
    expect(having(papers, name)).toEqual(expected)
    expect(having(papers, `author:"${name}"`)).toEqual(expected)
    expect(having(papers, `-author:${name}`)).toEqual(
      names.map((_, i) => i + 1).filter((id) => !expected.includes(id)),
    )
  })

  it('are found with a space between family and given name, and without', () => {
    expect(having(papers, 'author:"王 小明"')).toEqual([1])
    expect(having(papers, 'author:"jan müller"')).toEqual([4, 5, 11])
    expect(having(papers, 'author:"jan mueller"')).toEqual([4, 5])
  })

  it('are found with a hyphen in them, and without', () => {
    const hyphened = ['Xiao-Ming Li', 'Xiaoming Li', 'Li Ming Xiao', 'Min‑Ho Kim'].map((name, i) =>
      indexed(i + 1, { title: `Paper ${i}`, authors: [nameTerms(name)] }),
    )
    for (const text of ['xiao-ming', 'Xiaoming', '"xiao-ming li"', '"xiaoming li"'])
      expect([text, having(hyphened, `author:${text}`)]).toEqual([
        text,
        text === 'xiao-ming' || text === '"xiao-ming li"' ? [1, 2, 3] : [1, 2],
      ])
    expect(having(hyphened, 'xiaoming')).toEqual([1, 2])
    expect(having(hyphened, 'xiao-ming')).toEqual([1, 2, 3])
    expect(having(hyphened, 'author:minho')).toEqual([4])
    expect(having(hyphened, 'li -author:xiaoming')).toEqual([3])
  })
})

describe('texts', () => {
  const texts = [
    '量子计算的模型',
    'ガラスの研究',
    '컴퓨팅을 위한 모델',
    'Schrödinger operators',
    'การเรียนรู้ของเครื่อง',
    'مُعَلِّم الذكاء الاصطناعي ٢٠٢٤ كتـــاب',
    'שָׁלוֹם לכולם',
    'ＡＩモデル ＧＰＴ－４',
    'Ελληνικά Κείμενα',
    'Привет, ёлка',
    'ISTANBUL İstanbul ılık',
  ]
  const papers = texts.map((title, i) => indexed(i + 1, { title }))

  it.each([
    ['量', [1]],
    ['型', [1]],
    ['量子', [1]],
    ['计算', [1]],
    ['子量', []],
    ['研', [2]],
    ['ｶﾞﾗｽ', [2]],
    ['컴퓨팅', [3]],
    ['schroedinger', [4]],
    ['Schrödinger', [4]],
    ['schrodinger', [4]],
    ['เรียน', [5]],
    ['معلم', [6]],
    ['2024', [6]],
    ['کتاب', [6]],
    ['שלום', [7]],
    ['GPT-4', [8]],
    ['ai', [8]],
    ['ΕΛΛΗΝΙΚΑ', [9]],
    ['елка', [10]],
    ['istanbul', [11]],
    ['ilik', [11]],
  ] as [string, number[]][])('%s', (text, expected) => {
    expect(having(papers, text)).toEqual(expected)
    expect(having(papers, `title:${text}`)).toEqual(expected)
  })
})
