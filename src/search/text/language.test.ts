import { describe, expect, it } from 'vitest'
import { isForeign } from './language.ts'

const USUAL = new Set(
  'assembly bayes bridge broglie cell cells clique deep equation forces image in language langues learning machine models naïve nets network neural of on resource survey the translation vivo waals with'.split(
    ' ',
  ),
)
const foreign = (text: string) => isForeign(text.split(' '), (word) => USUAL.has(word.toLowerCase()))

describe('a text of another language', () => {
  it.each([
    'langues peu dotées',
    'peu dotées',
    'traduction automatique',
    'réseaux de neurones',
    'apprentissage par renforcement',
    'maschinelles Lernen',
    'Lernen mit neuronalen Netzen',
    'maschinelle Übersetzung',
    'aprendizaje profundo',
    'visión por computador',
    'aprendizado de máquina',
    'глубокое обучение',
    '深度学习',
    'تعلم الآلة',
    'βαθιά μάθηση transformer для',
  ])('%s is told', (text) => {
    expect(foreign(text)).toBe(true)
  })

  it.each([
    'deep learning',
    'Schrödinger bridge',
    'Schrödinger equation',
    'Erdős–Rényi Poincaré',
    'van der Waals forces',
    'de Broglie',
    'de novo assembly',
    'in vivo cell image',
    'La Niña',
    'naïve machine learning',
    'naïve bayes',
    'λ calculus',
    'zzqx vvkw',
    'oceanography',
    'beekeeping habitat technique',
    'Übersetzung',
    'a clique in the network',
    'Samsung phone',
    '',
  ])('%s is none', (text) => {
    expect(foreign(text)).toBe(false)
  })
})
