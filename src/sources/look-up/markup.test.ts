import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textOfMarkup } from './markup.ts'

describe('the text of what registries hold', () => {
  it('leaves text without markup as it is', () => {
    for (const text of [
      'Tides of an inland sea',
      'One paragraph.\n\nAnother one.',
      'where p < 0.05 and q > 3',
      'Vec<T> and <x, y>',
      '$a<b$ and \\emph{so}',
    ]) {
      expect(textOfMarkup(text)).toBe(text)
    }
  })

  it('reads indices, powers and marks', () => {
    expect(textOfMarkup('CO<sub>2</sub>, 10<sup>−3</sup> m<SUP>2</SUP>')).toBe('CO₂, 10⁻³ m²')
    expect(textOfMarkup('the 19<sup>th</sup> of <i>x</i><sub>max</sub>')).toBe('the 19th of x_max')
    expect(textOfMarkup('Tide<sup>®</sup> <scp>Gauge</scp>')).toBe('Tide® Gauge')
  })

  it('makes paragraphs of JATS, with the headings of their sections', () => {
    expect(
      textOfMarkup(
        '<jats:title>Summary.</jats:title>\n<jats:p>One\n\n  line.</jats:p><jats:sec><jats:title>Why?</jats:title>\n' +
          '<jats:p>So.</jats:p><jats:p>And so.</jats:p></jats:sec><jats:list><jats:list-item><jats:p>x</jats:p></jats:list-item></jats:list>',
      ),
    ).toBe('One line.\n\nWhy? So.\n\nAnd so.\n\nx')
  })

  it('reads formulas: TeX where there is some, otherwise as plain characters', () => {
    const document = '\\documentclass{minimal}\\usepackage{a}\\begin{document}$$x_1$$\\end{document}'
    expect(
      textOfMarkup(
        `<p>If <inline-formula><tex-math>${document}</tex-math><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>.</p>`,
      ),
    ).toBe('If $x_1$.')
    expect(
      textOfMarkup(
        '<math><semantics><mi>y</mi><annotation encoding="application/x-tex">y^2</annotation></semantics></math>',
      ),
    ).toBe('$y^2$')
    expect(
      textOfMarkup(
        '<mml:math>\n <mml:mrow>\n<mml:msubsup><mml:mi>x</mml:mi><mml:mn>1</mml:mn><mml:mrow><mml:mo>−</mml:mo><mml:mn>2</mml:mn></mml:mrow></mml:msubsup>' +
          '<mml:mo>=</mml:mo><mml:mfrac><mml:mi>α</mml:mi><mml:mi>β</mml:mi></mml:mfrac></mml:mrow></mml:math>',
      ),
    ).toBe('x₁⁻²=α/β')
  })

  it('reads markup that was escaped before, or is not well-formed', () => {
    expect(textOfMarkup('&lt;p&gt;One &amp;amp; two.&lt;/p&gt;&lt;p&gt;Three.&lt;/p&gt;')).toBe(
      'One & two.\n\nThree.',
    )
    expect(textOfMarkup('<p>One <b>two<p>three</i>')).toBe('One two\n\nthree')
    expect(textOfMarkup('One<br>two<!-- not -->.<![CDATA[ 3 < 4]]>')).toBe('One\ntwo. 3 < 4')
    expect(textOfMarkup('&#x3b1;&beta; &le; &#150; &unknown; R&D')).toBe('αβ ≤ – &unknown; R&D')
  })

  it('lets no element through', () => {
    for (const title of [
      'Detecting <script> injection in pages',
      'On the <style> element',
      'Use of <template> in std::vector<int>',
      'The <code> element',
    ])
      expect(textOfMarkup(title)).toBe(title)
    expect(textOfMarkup('<p>A<script>alert(1)</script> &lt;img src="x"&gt;b</p>')).toBe('A b')
    expect(textOfMarkup('&lt;script&gt;alert(1)&lt;/script&gt;Tides')).toBe('Tides')
    const pieces = fc.constantFrom(
      '<',
      '</',
      '>',
      'i',
      'p',
      'math',
      'jats:',
      ' a="b"',
      '&lt;',
      'x',
      '\n',
      '<sub>',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        expect(textOfMarkup(parts.join(''))).not.toMatch(/<script|<p>x<\/p>/)
      }),
    )
  })

  it('never makes text longer than its markup, however deep indices stand in one another', () => {
    const pieces = [
      '{',
      '}',
      '\\',
      '$x$',
      '_',
      '^',
      '~',
      '&amp;',
      '<i>a',
      '<p>',
      '<br>',
      '<td>b',
      '<math><mi>{</mi></math>',
    ]
    for (const piece of pieces) {
      for (const levels of [1, 10, 60, 150]) {
        const text = piece.repeat(2_000)
        const markup = '<sup>a<sub>'.repeat(levels) + text + '</sub></sup>'.repeat(levels)
        expect(textOfMarkup(markup).length).toBeLessThanOrEqual(markup.length)
      }
    }
    expect(textOfMarkup(`x<sup>{a<sub>i<sup>2</sup></sub>}</sup>`)).toBe('x^({a_i²})')
  })

  it('takes no longer for hostile text', () => {
    for (const text of [
      '<i>',
      '<a ',
      '<!--',
      ' \t',
      '\n ',
      '<h1>a',
      '<sup>a',
      '&lt;i&gt;',
      '<mfrac>',
      '</b>',
      '\\begin{document}',
    ]) {
      const begun = performance.now()
      textOfMarkup(text.repeat(300_000 / text.length))
      expect(performance.now() - begun).toBeLessThan(5_000)
    }
    expect(textOfMarkup('x'.repeat(300_001))).toBe('')
  })
})
