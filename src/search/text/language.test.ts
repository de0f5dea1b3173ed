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
    // Without accents and function words.
    'apprentissage profond',
    'reseau de neurones',
    'neuronale Netze',
    'redes neuronales',
    'inteligencia generativa',
    'reti neurali',
    'kunstmatige intelligentie',
    'sztuczna inteligencja',
    'yapay zeka',
    'pembelajaran mesin',
    'LLM 幻覚',
    'BERT 微调',
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
    'Lovelace et al',
    'Devlin et al 2019',
    'UN peacekeeping',
    'EN DE translation',
    'en de',
    'Los Alamos',
    'LES of jets',
    'langage model survey',
    'learning 漢 in networks',
    '',
  ])('%s is none', (text) => {
    expect(foreign(text)).toBe(false)
  })
})
