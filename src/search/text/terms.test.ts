import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { singularOf } from './plurals.ts'
import { termOf } from './terms.ts'

describe('a term', () => {
  it.each(
    (
      'matrices matrix, vertices vertex, indices index, indexes index, axes axis, analyses analysis, theses thesis, ' +
      'hypotheses hypothesis, phenomena phenomenon, criteria criterion, bacteria bacterium, spectra spectrum, ' +
      'lemmata lemma, lemmas lemma, polyhedra polyhedron, tetrahedra tetrahedron, automata automaton, corpora corpus, ' +
      'genera genus, nuclei nucleus, loci locus, radii radius, foci focus, formulae formula, formulas formula, ' +
      'antennae antenna, larvae larva, mice mouse, women woman'
    )
      .split(', ')
      .map((pair) => pair.split(' ')),
  )('of %s is that of %s', (plural, singular) => {
    expect(termOf(plural ?? '')).toBe(termOf(singular ?? ''))
  })

  it.each([
    ['networks', 'network'],
    ['learned', 'learning'],
    ['experiments', 'experimental'],
    ['organisation', 'organized'],
    ['spectroscopy', 'spectroscopic'],
    ['geometries', 'geometric'],
    ['entropy', 'entropic'],
    ['tomography', 'tomographic'],
    ['svms', 'svm'],
    ['mdps', 'mdp'],
    ['sdes', 'sde'],
    ['dialogues', 'dialog'],
  ])('of %s is that of %s', (one, other) => {
    expect(termOf(one)).toBe(termOf(other))
  })

  it.each([
    'is',
    'ab',
    'h2o',
    'gpt4',
    '1990s',
    'c++',
    '3.5',
    'σοφοσ',
    '量子',
    'gas',
    'lens',
    'series',
    'data',
  ])('of %s is no stem of it with another meaning', (word) => {
    expect([word, word.replace(/e?s$/, ''), word.replace(/s$/, '')]).toContain(termOf(word))
  })

  it('is there for any word', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'aeioulysgrhtnzc'), minLength: 1, maxLength: 40 }),
        (word) => {
          expect(termOf(word)).toMatch(/^[a-z]+$/)
          expect(singularOf(word)).toMatch(/^[a-z]+$/)
        },
      ),
      { numRuns: 5000 },
    )
  })
})
