import { bondByHyphen, LONGEST_JOINED, type Bond } from './compounds.ts'
import { APOSTROPHE, fold, HYPHEN, isSignName, LETTER, signName } from './letters.ts'
import { STOP_WORDS } from './stop-words.ts'
import { termOf } from './terms.ts'

/**
 * A word of a text. `term` is what is indexed and compared (folded, its spelling unified, stemmed), `start` and `end` its
 * place in the text in UTF-16 units, `stop` whether it says nothing by itself (`the`, `of`). A `joined` word is one more
 * reading of words that stand beside it in the list (`pretraining` for `pre-training`) and has no position of its own: it
 * is where the first of them is. A `whole` one is read so in every spelling, which makes its second part `inner`: it is
 * where the first one is too, as if it were one word in the text.
 */
export type Word = {
  term: string
  start: number
  end: number
  stop: boolean
  joined: boolean
  whole: boolean
  inner: boolean
}

/** A part of a chunk; `link` is the sign before it. */
type Part = { start: number; end: number; link: string }
/** The words of a part; `solid` is the part as one folded word, null where it is none. */
type Reading = { words: Word[]; solid: string | null }

const ATOM = new RegExp(`${LETTER.source}+`, 'gv')

// A longer run is data or a script without spaces that isn't below; nobody types it.
const LONGEST_WORD = 64

function isOnePart(before: string, sign: string, after: string): boolean {
  const digitBefore = /\d/.test(before.charAt(before.length - 1))
  const digitAfter = /\d/.test(after.charAt(0))
  if (sign === '.') return digitBefore ? digitAfter : /^\p{L}$/u.test(before) && /^\p{L}$/u.test(after)
  if (sign === ',') return /^\d{1,3}$/.test(before) && /^\d{3}(?!\d)/.test(after)
  return APOSTROPHE.test(sign) && !digitBefore && !digitAfter
}

function partsOf(chunk: string): Part[] {
  const parts: Part[] = []
  let before = ''
  for (const { 0: atom, index: start } of chunk.matchAll(ATOM)) {
    const part = parts.at(-1)
    const link = chunk.charAt(start - 1)
    const end = start + atom.length
    if (part !== undefined && isOnePart(before, link, atom)) part.end = end
    else parts.push({ start, end, link })
    before = atom
  }
  return parts
}

function word(folded: string, start: number, end: number): Word {
  return {
    term: termOf(folded),
    start,
    end,
    stop: STOP_WORDS.has(folded),
    joined: false,
    inner: false,
    whole: false,
  }
}

export function joinedWord(folded: string, start: number, end: number): Word {
  return { term: termOf(folded), start, end, stop: false, joined: true, inner: false, whole: false }
}

const INNER_SIGNS = new RegExp(`${APOSTROPHE.source}|,`, 'g')
// In capitals these are the country, information technology and the World Health Organization.
const NOT_STOP = new Set(['US', 'IT', 'WHO'])

function readPlain(letters: string, at: number): Reading {
  if (letters.length > LONGEST_WORD) return { words: [], solid: null }
  const undotted = /\p{L}\.\p{L}/u.test(letters) ? letters.replaceAll('.', '') : letters
  const bare = undotted.replace(INNER_SIGNS, '')
  // The small s tells the plural of an acronym, whatever letter is before it: `QAs`, `LLMs`.
  const singular = /[A-Z0-9][A-Z]s$/.test(bare) ? bare.slice(0, -1) : bare
  const solid = (singular.length === 1 ? signName(singular) : undefined) ?? fold(singular)
  if (!/[\p{L}\p{N}]/u.test(solid)) return { words: [], solid: '' }
  const found = word(solid, at, at + letters.length)
  return { words: [NOT_STOP.has(bare) ? { ...found, stop: false } : found], solid }
}

// So many marks on one letter nobody writes, and a term must not grow without end.
const SIGN = /[\p{Script=Greek}\u{1d6a8}-\u{1d7cb}µ∞ℏ]\p{M}{0,4}/gu
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー〆][\p{M}ﾞﾟ]{0,4}/gu
const RUN = new RegExp(
  `(?<signs>(?:${SIGN.source})+)|(?<spaceless>(?:${SPACELESS.source})+)|(?:(?!${SIGN.source}|${SPACELESS.source}).)+`,
  'gsu',
)

/** Greek letters by their names; a Greek word as it is. */
function readSigns(run: string, at: number): Reading {
  const signs = [...run.matchAll(SIGN)]
  if (signs.length > 2 && !/[∞ℏ]/.test(run)) return readPlain(run, at)
  const names = signs.map(({ 0: sign }) => signName(sign) ?? fold(sign))
  const words = signs.map(({ 0: sign, index }, place) =>
    word(names[place] ?? '', at + index, at + index + sign.length),
  )
  return { words, solid: names.join('') }
}

/** Every two neighbours of a text that sets no spaces between its words. */
function readPairs(run: string, at: number): Reading {
  const characters = [...run.matchAll(SPACELESS)]
  const pairs = characters.length === 1 ? characters : characters.slice(0, -1)
  const words = pairs.map(({ 0: character, index: start }, place) => {
    const next = characters[place + 1]
    const end = next === undefined ? start + character.length : next.index + next[0].length
    return word(fold(run.slice(start, end)), at + start, at + end)
  })
  return { words, solid: null }
}

function readLetters(letters: string, at: number): Reading {
  if (/^[\x20-\x7e]*$/.test(letters)) return readPlain(letters, at)
  const readings = Array.from(letters.matchAll(RUN), ({ 0: run, index, groups }) => {
    const read = groups?.['signs'] ? readSigns : groups?.['spaceless'] ? readPairs : readPlain
    return read(run, at + index)
  })
  const words = readings.flatMap((reading) => reading.words)
  const solids = readings.map((reading) => reading.solid)
  if (solids.includes(null)) return { words, solid: null }
  const solid = solids.join('')
  const isJoined = words.length > 1 && solid.length <= LONGEST_JOINED
  return { words: isJoined ? [joinedWord(solid, at, at + letters.length), ...words] : words, solid }
}

const POSSESSIVE = new RegExp(`${APOSTROPHE.source}s$`, 'i')
const CONTRACTION = new RegExp(
  `(?<=^(?:i|you|s?he|it|we|they|who|that|there|what))${APOSTROPHE.source}(?:re|ve|ll|d|m)$`,
  'i',
)
const ELISION = new RegExp(`^(?:[dl]|dell|nell|qu)${APOSTROPHE.source}(?=\\p{L}{2})`, 'iu')

function readPart(chunk: string, { start, end }: Part): Reading {
  const whole = chunk.slice(start, end)
  const text = whole.replace(POSSESSIVE, '').replace(CONTRACTION, '')
  const elided = ELISION.exec(text)?.[0] ?? ''
  const reading = readLetters(text.slice(elided.length), start + elided.length)
  if (elided === '' || reading.solid === null) return reading
  const solid = fold(elided.slice(0, -1)) + reading.solid
  return { words: [joinedWord(solid, start, start + text.length), ...reading.words], solid }
}

/** In the plural too: `follow-ups`. */
function saysNothing(reading: Reading | undefined): boolean {
  const [word, ...others] = reading?.words ?? []
  return others.length === 0 && word !== undefined && (word.stop || STOP_WORDS.has(word.term))
}

/** How a part and the next are one word, if they are. */
function bondAt(parts: Part[], readings: Reading[], index: number): { solid: string; bond: Bond } | null {
  const first = readings[index]?.solid
  const second = readings[index + 1]?.solid
  const link = parts[index + 1]?.link ?? ''
  if (!first || !second) return null
  const solid = first + second
  // `x^2` and `H_2O` where the text has x² and H₂O.
  if (/[\^_]/.test(link)) {
    return /^\d/.test(second) && (/^[a-z]{1,3}$/.test(first) || isSignName(first))
      ? { solid, bond: 'whole' }
      : null
  }
  if (!HYPHEN.test(link)) return null
  const bond = bondByHyphen(first, second, {
    opens: !HYPHEN.test(parts[index]?.link ?? ''),
    closes: !HYPHEN.test(parts[index + 2]?.link ?? ''),
    stop: [readings[index], readings[index + 1]].some(saysNothing),
  })
  return bond && { solid, bond }
}

/**
 * The words of a chunk: letters, digits and the signs that may stand between them, without spaces. Places are counted
 * from the chunk's beginning; starts never descend. Linear in its length.
 */
export function readChunk(chunk: string): Word[] {
  if (/^(?:\.net|[a-z](?:\+\+|#))$/i.test(chunk)) {
    return [
      {
        term: chunk.toLowerCase(),
        start: 0,
        end: chunk.length,
        stop: false,
        joined: false,
        inner: false,
        whole: false,
      },
    ]
  }
  if (/^[a-z]+$/i.test(chunk)) return readPlain(chunk, 0).words
  const parts = partsOf(chunk)
  const readings = parts.map((part) => readPart(chunk, part))
  let isInner = false
  const words = readings.flatMap((reading, index) => {
    const bond = bondAt(parts, readings, index)
    const own = isInner ? reading.words.map((word) => ({ ...word, inner: true })) : reading.words
    if (bond === null) {
      isInner = false
      return own
    }
    const [start, end] = [parts[index]?.start ?? 0, parts[index + 1]?.end ?? 0]
    const joined = joinedWord(bond.solid, start, end)
    const isWhole = bond.bond === 'whole' && !isInner && reading.words.length === 1
    isInner = isWhole && readings[index + 1]?.words.length === 1
    return [{ ...joined, whole: isInner }, ...own]
  })
  // A lone mark has nothing left when it is folded.
  return words.filter(({ term }) => term !== '')
}
