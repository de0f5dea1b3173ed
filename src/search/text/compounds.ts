import { isSignName } from './letters.ts'
import { STOP_WORDS } from './stop-words.ts'
import { termOf } from './terms.ts'

/**
 * How two words next to each other hang together. `whole`: they are one word however they are written (`pre-training`,
 * `pre training`, `pretraining`). `loose`: with a hyphen some write them together, apart they are two words.
 */
export type Bond = 'whole' | 'loose' | null

export const LONGEST_JOINED = 24

/** First halves that are hardly words of their own. */
const PREFIXES = new Set(
  (
    'pre post non multi semi self co re sub super anti inter intra micro nano meta hyper auto bi tri uni pseudo quasi ' +
    'cross mid macro ultra infra mono poly photo electro magneto thermo hydro geo bio neuro spatio socio tele trans de un ' +
    'cyber mini extra counter proto neo omni iso equi'
  ).split(' '),
)
/** These are words as well, but before a hyphen they are not. */
const PREFIXES_WITH_HYPHEN = new Set(['over', 'under'])
/** Words that after a hyphen are endings: `layer-wise`, `two-fold`. */
const SUFFIXES_WITH_HYPHEN = new Set(['wise', 'fold'])

/** Open compounds that are as often written together or with a hyphen: first halves and terms of second ones. */
const PAIRS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  (
    'data set point flow|time step scale stamp line frame seri point|fine tune tuning tuned grain grained|' +
    'key word point phrase frame|step size|wave function form front guide length number let|web page site|' +
    'back propagation propagate propagated ground translation bone door scatter|feed forward back|speed up|set up|' +
    'trade off|black box board hole|white box board|bit rate|frame rate work|life cycle time span|health care|test bed|' +
    'run time|open source|stop word|real time world|zero shot|few shot|one shot|common sense|band width gap|work flow load|' +
    'soft max|drop out|tool kit box|hand written crafted|ground truth|chat gpt|long term range tail|short term range|' +
    'wi fi|e mail commerce learning print|x ray|t sne test|k mean|p value|n gram|q learning|u net|r cnn|' +
    'mid air|break down through|look up ahead|plug in|crowd source sourced sourcing worker|leader board|bottle neck|straight forward|policy maker making|check list|free form|light weight|' +
    'stand alone|end point|side channel|eye tracking|large scale|small scale|high dimensional quality|low rank resource'
  )
    .split('|')
    .map((row): [string, Set<string>] => {
      const [first = '', ...seconds] = row.split(' ')
      return [first, new Set(seconds.map(termOf))]
    }),
)

/** Second halves that nobody writes together with the first: `BERT-based`, `data-driven`. */
const LOOSE = new Set(
  'based driven aware guided related oriented like dependent agnostic intensive efficient generated augmented only'.split(
    ' ',
  ),
)
/** Second halves that are as often written behind a space, and say by themselves what is meant: `in-vivo`. */
const LATIN = new Set(['vivo', 'vitro', 'silico', 'situ', 'priori', 'posteriori'])
const NUMBER = /^[\d.]+$/
/** What counts models, versions and stars; a year and a quantity do not. */
const ORDINAL = /^(?!(?:1[89]|20)\d\d$)\d{1,6}(?:\.\d{1,3}){0,2}(?<letters>[a-z]{0,2})$/
/** Units as they are folded, letters that count dimensions, and suffixes of thousands. */
const UNITS = new Set(
  (
    'hz khz mhz ghz thz ev kev mev gev tev pev m km cm mm um mum nm pm fm s ms us mus ns ps fs min h hr kg g mg ug k kb mb gb ' +
    'tb pb b kbps mbps gbps t pc kpc mpc gpc au ly db dbm fps w mw kw gw kwh v mv kv ma pa kpa mpa gpa j kj mj mol mm3 ' +
    'bit px d ppm rpm l ml c f gauss kelvin'
  ).split(' '),
)
const WORD = /^[a-z]+$/
const LONGEST_NAME = 12

/**
 * Two folded words with a hyphen between them; `place` says whether they are the first and the last of their chain, and
 * whether one of them says nothing by itself.
 */
export function bondByHyphen(
  first: string,
  second: string,
  place: { opens: boolean; closes: boolean; stop: boolean },
): Bond {
  if (first.length + second.length > LONGEST_JOINED || LOOSE.has(second)) return null
  if (NUMBER.test(first)) return NUMBER.test(second) || second.length > 4 ? null : 'whole'
  if (isOrdinal(second)) return first.length <= LONGEST_NAME ? 'whole' : null
  if (/^\d/.test(second)) return first.length <= 8 ? 'loose' : null
  if (isOpen(first, second)) return 'whole'
  if (isWhole(first, second) || (SUFFIXES_WITH_HYPHEN.has(second) && WORD.test(first))) return 'whole'
  if (!place.opens || (!place.closes && STOP_WORDS.has(second))) return null
  if (PREFIXES_WITH_HYPHEN.has(first) && second.length > 2) return 'whole'
  // `follow` says nothing of a `follow-up`, nor `line` of what is `on-line`.
  if (place.stop) return LATIN.has(second) ? 'loose' : 'whole'
  const short = first.length <= 5 || (first.length <= 8 && first.endsWith('o')) || isSignName(first)
  return short ? 'loose' : null
}

/** Two folded words with nothing but a space between them. */
export function bondBySpace(first: string, second: string): Bond {
  // Most `data based` is `data, based on`.
  if (first.length + second.length > LONGEST_JOINED || LOOSE.has(second)) return null
  if (NUMBER.test(first)) return UNITS.has(second) ? 'whole' : null
  if (isOrdinal(second)) {
    return WORD.test(first) && first.length <= LONGEST_NAME && !STOP_WORDS.has(first) ? 'whole' : null
  }
  if (isOpen(first, second)) return 'loose'
  return isWhole(first, second) ? 'whole' : null
}

/**
 * Terms of compounds that were written apart once (`data base`), and those by which such a text is found: it has the compound,
 * but its two words are as often two things, so that it does not score for it (CISI lost .005).
 */
const APART: ReadonlyMap<string, string> = new Map([['databas', 'data base']])
const TOGETHER = new Map([...APART].map(([together, apart]) => [apart, together]))

/** The term of a compound, given as a term, where its words stand apart. */
export function apartOf(term: string): string | undefined {
  return APART.get(term)
}

/** The term of a compound whose words stand apart; any other term as it is. */
export function togetherOf(term: string): string {
  return TOGETHER.get(term) ?? term
}

function isOpen(first: string, second: string): boolean {
  return second !== 'based' && TOGETHER.has(`${first} ${termOf(second)}`)
}

/** Whether `bondBySpace` has to be asked at all. */
export function mayBondBySpace(first: string, second: string): boolean {
  const code = second.charCodeAt(0)
  if (code >= 48 && code <= 57) return true
  const before = first.charCodeAt(0)
  return (before >= 48 && before <= 57) || PREFIXES.has(first) || PAIRS.has(first)
}

function isOrdinal(folded: string): boolean {
  const letters = ORDINAL.exec(folded)?.groups?.['letters']
  return letters !== undefined && !UNITS.has(letters)
}

function isWhole(first: string, second: string): boolean {
  if (PREFIXES.has(first)) {
    return second.length > 2 && WORD.test(second) && !STOP_WORDS.has(second) && !PREFIXES.has(second)
  }
  return PAIRS.get(first)?.has(termOf(second)) ?? false
}
