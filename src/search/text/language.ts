import { fold } from './letters.ts'

/** Words that hold other languages together, folded, and that mean nothing in English. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  // French
  (
    'le les un une du au aux ce cette ces et ou ne pas peu dans sous avec sans pour par que qui est sont comment entre ' +
    'chez leur leurs ' +
    // German
    'das dem ein eine einer eines einem und oder nicht mit vom zu zum zur bei fur auf aus nach uber durch im ist sind wie lernen ' +
    // Spanish, Portuguese, Italian
    'una con para por sobre como es en os nas nos ao com em sem il gli della delle dei degli nel nella dal tra ' +
    'fra sono che ' +
    // Dutch, Swedish, Polish, Turkish
    'het een voor naar niet och att som till inte na dla jak ve ile icin bir'
  ).split(' '),
)
/** Those that are in many names as well: `van der Waals`, `de Broglie`, `La Niña`. */
const PARTICLES: ReadonlySet<string> = new Set(
  'de la des der den van von del el al di da dos los las'.split(' '),
)
/** Frequent subjects of research in words that English does not have. */
const SUBJECTS: ReadonlySet<string> = new Set(
  // French
  (
    'apprentissage profond profonde reseau reseaux neurones langue langage langages modele modeles donnees traduction ' +
    'reconnaissance vocale ordinateur artificielle recherche connaissances ' +
    // German
    'maschinelles maschinelle neuronale neuronales netze netzwerke kuenstliche kunstliche intelligenz erkennung ' +
    'bilderkennung spracherkennung sprachmodell sprachmodelle sprachverarbeitung ubersetzung uebersetzung daten verfahren ' +
    // Spanish, Portuguese, Italian
    'aprendizaje aprendizado aprendizagem automatico profundo redes neuronales neurais neurali reti lenguaje linguagem ' +
    'linguaggio inteligencia intelligenza artificiale datos dados dati modelos modelli apprendimento riconoscimento ' +
    'reconocimento reconocimiento ' +
    // Dutch, Swedish, Danish, Polish, Czech
    'leren netwerken taal taalmodellen kunstmatige intelligentie maskininlarning djupinlarning maskinlaering natverk ' +
    'uczenie maszynowe sieci neuronowe sztuczna inteligencja strojove uceni neuronove ' +
    // Turkish, Indonesian
    'ogrenme ogrenmesi yapay zeka derin pembelajaran mesin kecerdasan buatan'
  ).split(' '),
)
const OF_PARTICLE = 0.3
const OF_USUAL_ACCENT = 0.5

/** Endings of words, folded, that English hardly has. */
const ENDING =
  /^[a-z]{3,}(?:cion|ciones|cao|coes|miento|mientos|aje|zione|zioni|mente|(?<!techn|phys|myst|bout|crit|obl)iques?|euse|eux|heit|keit|(?<=[a-z]{5})ung|ungen|lich|liche|lichen|isch|ische|ischen|(?<!hab)itat|dad|dade|ticos?|ticas?|undo)$/

const LETTER = /\p{L}/gu
// Greek letters by themselves are signs.
const OF_OTHER_SCRIPT = /\p{Script=Greek}{3,}|(?![\p{Script=Latin}\p{Script=Greek}])\p{L}/gu

const CHARACTER = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu

/**
 * Whether the words of a text are probably of another language than English: most letters are of another script, or there is
 * more that tells another language than words that `isUsual` knows. Names with accents and borrowed words (`Schrödinger
 * bridge`, `de novo assembly`) are English, and so is a single word of Latin letters.
 */
export function isForeign(words: readonly string[], isUsual: (word: string) => boolean): boolean {
  const text = words.join(' ')
  const letters = text.match(LETTER)?.length ?? 0
  // A character of Chinese or Japanese says as much as some letters.
  const more = (text.match(CHARACTER)?.length ?? 0) * 2
  if (((text.match(OF_OTHER_SCRIPT) ?? []).join('').length + more) * 2 > letters + more) return true
  let foreign = 0
  let usual = 0
  // Two letters alone are codes (`en-de`) as well.
  const isTold = words.some((word) => word.length > 2 && !PARTICLES.has(fold(word)))
  const isShouted = !/\p{Ll}/u.test(text)
  for (const [at, word] of words.entries()) {
    const folded = fold(word)
    // `Lovelace et al.`
    if (isPairAt(words, at, 'et', 'al') || isPairAt(words, at - 1, 'et', 'al')) continue
    // The `UN`, and codes of languages: `EN-DE`.
    if (!isShouted && /^\p{Lu}{2,}$/u.test(word)) usual += isUsual(word) ? 1 : 0
    else if (PARTICLES.has(folded)) foreign += OF_PARTICLE
    else if (FUNCTION_WORDS.has(folded) || SUBJECTS.has(folded)) foreign++
    else if (isUsual(word)) {
      // In a collection that has papers of that language, too.
      if (isAccented(word)) foreign += OF_USUAL_ACCENT
      else usual++
    } else if (ENDING.test(folded) || isAccented(word)) foreign++
  }
  return words.length > 1 && isTold && foreign >= 1 && foreign > usual
}

function isPairAt(words: readonly string[], at: number, first: string, second: string): boolean {
  return words[at]?.toLowerCase() === first && words[at + 1]?.toLowerCase() === second
}

/** Names, which have accents in English too, begin with a capital. */
function isAccented(word: string): boolean {
  return /^\p{Ll}/u.test(word) && /(?![a-z])\p{Script=Latin}/iu.test(word)
}
