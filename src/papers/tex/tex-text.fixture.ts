import fc from 'fast-check'

/** Pieces of TeX, balanced or not. */
export const TEX = fc.string({
  unit: fc.constantFrom(...'ab1é \\{}$^_&%#~`\'"-<>()[]/:\n', '\\emph{', '\\href{', '$x', 'http://a.b'),
})
/** TeX, or any text at all. */
export const ANY = fc.oneof(TEX, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }))
