import { isBody } from './bodies.ts'

/** A name in two parts, as far as the name itself tells them; `suffix` is `Jr.`, `III` and the like. */
export type SplitName = { given: string; family: string; suffix?: string }

const SUFFIX = /^(?:jr|sr|ii|iii|iv|[23](?:nd|rd))\.?$/i
// Degrees and titles are no part of a name in a reference list.
const DEGREE =
  /^(?:ph\.?\s?d|m\.?\s?d|d\.?\s?phil|d\.?\s?sc|m\.?\s?sc|b\.?\s?sc|m\.?b\.?a|m\.?p\.?h|dr\.?\s?rer\.?\s?nat|esq|frs|obe|cbe|rn)\.?$/i
const TITLE = /^(?:dr|prof|professor|mr|mrs|ms|sir|dame|dott|ing|dipl)\.?$/i

const PARTICLES = new Set(
  (
    "van von vom de der den dem del dei della delle dello dell' degli di da dal dalla das do dos du des d' la le las los lo " +
    "el al bin binti bint ibn ben bar ter ten te tot 't 's zu zur zum af av auf aus op in uit und y i e ap ab mac mc wa"
  ).split(' '),
)
// With a capital these are particles too, or begin a family name all the same.
const CAPITAL_PARTICLES = new Set(
  (
    'Van Von Vom De Der Den Del Dei Della Delle Dello Degli Di Da Dal Dalla Das Do Dos Du Des La Le Las Los Lo Li ' +
    'El Al Bin Ibn Ben Bar Ter Ten Te Zu Zur Zum St. Saint San Santa Mac Mc Abu Abou Abd Abdel Abdul Abdal Ould Ait Aït'
  ).split(' '),
)
/** These are names of people on their own, and particles only before one that cannot follow them as a family name. */
const ALSO_NAMES = new Set(['Le', 'La', 'Li', 'Lo', 'Do', 'Da', 'Te', 'Van', 'Den'])
/** They begin a name that means something only with what follows: `Abd al-Rahman`, `Abdul Rahman`. */
const SERVANT = /^(?:abd|abdel|abdul|abdal|abdu|abu|abou|umm)$/i

const VIETNAMESE = new Set(
  (
    'nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh trinh doan truong luong mai dao ' +
    'lam phung ta to quach'
  ).split(' '),
)
/** Those of them that hardly anybody has as a given name. */
const ONLY_VIETNAMESE = new Set(
  'nguyen tran pham hoang huynh phan vu vo dang bui ngo duong truong trinh doan dinh luong'.split(' '),
)
const VIETNAMESE_SYLLABLE =
  /^(?:ngh|ng|nh|ph|th|tr|ch|gh|kh|gi|qu|[bcdghklmnprstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?$/

/** Family names of the Spanish-speaking countries that are common enough to be known as the first of two. */
const SPANISH = new Set(
  (
    'garcia lopez perez gonzalez sanchez ramirez cruz flores gomez morales vazquez reyes jimenez torres diaz gutierrez ruiz ' +
    'mendoza aguilar ortiz moreno castillo romero alvarez rivera chavez ramos herrera medina dominguez castro guzman vargas ' +
    'velazquez mendez munoz salazar garza soto vega delgado pena rios silva sandoval carrillo rojas navarro campos serrano ' +
    'blanco suarez molina ortega rubio marin sanz nunez iglesias garrido santos lozano cano prieto calvo gallego vidal ' +
    'leon marquez pascual herrero montero hidalgo ibanez cabrera caballero santiago benitez arias fuentes carrasco diez ' +
    'cortes santana nieto aguirre rodriguez fernandez martinez hernandez martin alonso bravo pastor acosta espinoza ' +
    'valencia contreras figueroa cardenas mora cordero salas pardo duran rey ferrer soler borges marquez quintero'
  ).split(' '),
)
/** Of them, those that are as well known as given or family names elsewhere. */
const ALSO_ELSEWHERE = new Set(
  'martin leon rey cruz blanco vega duran marin mora vidal cordero santiago santos silva bravo pastor soler ferrer cano romero moreno rivera salas campos valencia ramos borges alonso serrano molina'.split(
    ' ',
  ),
)
const SPANISH_GIVEN = new Set(
  (
    'jose juan carlos luis maria ana pedro miguel fernando javier antonio manuel francisco rafael pablo diego sergio ' +
    'alejandro jorge ricardo roberto eduardo enrique ignacio alberto mario oscar ruben andres angel gabriel federico julio ' +
    'cesar hector raul ramon victor jesus guillermo gustavo arturo alfonso alfredo esteban felipe gonzalo jaime joaquin ' +
    'lorenzo marcos martin mateo nicolas salvador santiago tomas vicente isabel carmen teresa pilar rosa lucia elena ' +
    'marta laura cristina patricia silvia beatriz mercedes dolores raquel monica veronica alicia gloria ines irene ' +
    'josefa juana lourdes luisa margarita concepcion rocio victoria eugenia fernanda gabriela adriana alejandra daniel david'
  ).split(' '),
)
const PORTUGUESE = new Set(
  (
    'silva santos souza sousa oliveira pereira lima carvalho ferreira ribeiro rodrigues almeida costa gomes martins araujo ' +
    'melo barbosa alves cardoso rocha dias nunes moreira lopes mendes freitas vieira monteiro pinto teixeira correia correa ' +
    'fernandes goncalves marques cunha machado ramos andrade barros campos moura cavalcanti azevedo batista nascimento ' +
    'castro neves tavares miranda fonseca reis coelho borges soares cruz duarte fernandes farias leite guimaraes'
  ).split(' '),
)
const GENERATION = /^(?:filho|neto|sobrinho|j[uú]nior|segundo)$/i
const HUNGARIAN_GIVEN = new Set(
  (
    'janos istvan laszlo zoltan gabor ferenc attila tamas sandor gyorgy gyula imre bela geza eva katalin ildiko agnes ' +
    'erzsebet zsolt andras miklos balazs csaba jozsef lajos tibor mihaly zsuzsanna gergely matyas peter karoly pal anna maria'
  ).split(' '),
)
const HUNGARIAN_FAMILY = new Set(
  'nagy kovacs toth szabo horvath varga kiss molnar nemeth farkas balogh papp takacs juhasz meszaros racz szilagyi fekete'.split(
    ' ',
  ),
)
/** Chinese and Korean family names that are given names only in compounds. */
const STRONG_FAMILY = new Set(
  'wang zhang chen huang zhao zhou liu zhu luo zheng xie deng cao pan cai guo park choi jung kang'.split(' '),
)
const BURMESE = new Set('aung daw maung khin'.split(' '))
const PINYIN_FAMILY = new Set(
  (
    'wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang deng ' +
    'feng han cao zeng peng xiao cai pan tian dong yuan yu ye jiang du su wei cheng lu ding ren yao shen zhong cui tan fan ' +
    'jin shi liao jia xia fu fang zou xiong bai meng qin qiu hou yin xue yan lei long duan tao hao gu mao gong shao wan qian ' +
    'dai yi ouyang kong chang lai wen kim lee park choi jung kang cho yoon jang lim shin seo kwon hwang ahn hong chan wong cheung ' +
    'ban moon roh noh bae koo nam heo hur byun ryu paik baek kwak chua goh ong teo tay yeo hsu hsieh tsai chiang kuo yeh ' +
    'tseng tsang leung tsao tsui tsou tsay hsiao hsiung hsueh xi ai nie ge bao zuo zhan zhuang xing sheng ning lou niu qi hua pang yue ruan ji mu chu rong ling'
  ).split(' '),
)
const EAST_ASIAN_SYLLABLES =
  /^(?:(?:zh|ch|sh|hs|ts|kk|tt|pp|ss|jj|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|yeon|yeong|eong|eun|oo|ee|ew|ieh|ien|ang|eng|ong|ing|iao|ian|uai|uan|yeo|ung|an|en|in|un|on|yae|ya|ye|yo|wi|we|ai|ei|ao|ou|ia|ie|iu|ua|ui|uo|ue|ae|eo|oe|wa|wo|yu|eu|a|o|e|i|u)(?:ng|[nklmpt](?![aeiou]))?[-']?){1,3}$/

const HAN_COMPOUNDS = new Set(
  '欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 令狐 慕容 司徒 夏侯 端木 南宫 南宮 남궁 황보 제갈 선우 독고 사공'.split(
    ' ',
  ),
)
const HAN_FAMILY =
  '王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許邓鄧冯馮韩韓曹曾彭萧蕭肖蔡潘田董袁于余叶葉蒋蔣杜苏蘇魏程吕呂丁任卢盧姚沈钟鐘鍾姜崔谭譚' +
  '陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱丘侯江尹薛闫阎閻段雷龙龍黎史陶贺賀毛郝顾顧龚龔邵万萬钱錢严嚴赖賴覃洪武莫孔汤湯常温溫康施文牛樊葛邢安齐齊易乔喬伍庞龐颜顏倪庄莊' +
  '聂聶章鲁魯岳翟殷詹申欧歐耿关關兰蘭焦俞左柳甘祝包宁寧尚符舒阮柯纪紀梅童凌毕畢单單季裴霍涂塗成苗谷盛曲翁冉骆駱蓝藍路游辛靳欧管柴蒙鲍鮑华華喻祁蒲房滕屈饶饒解牟艾尤阳陽时時穆农農司卓古吉缪繆简簡车車项項' +
  '连連芦蘆麦麥褚娄婁窦竇戚岑景党宫宮费費卜冷晏席卫衛米柏宗瞿桂全佟应應臧闵閔苟邬鄔边邊卞姬师師和仇栾欒隋商刁沙荣榮巫寇桑郎甄丛叢仲虞敖巩鞏明佘池查麻苑迟遲邝鄺'
/** Family names of two characters in Japan whose first is a family name in China. */
const JAPANESE_FAMILY = new Set(
  (
    '高橋 高木 高田 高野 高山 高島 石川 石井 石田 石原 石橋 金子 金田 金井 金城 池田 池上 安藤 安田 安部 安達 江口 江藤 白石 白井 田中 田村 田口 田辺 田島 ' +
    '谷口 谷川 古川 古田 平田 武田 武藤 成田 柳田 柳沢 和田 林田 梅田 梅原 桑原 桑田 杜田 宮本 宮崎 宮田 宮川 宮下 宮内 関口 関根 明石 柏木 沙田 吉田 吉川 吉村 吉岡 吉野 ' +
    '熊谷 夏目 毛利 岳田 丸山 大野 大塚 中村 中島 中野 中山 河野 米田 米山 曾根 尾崎 成瀬 連城 時田 華岡 森田 盛田 温水 石黒 麻生 柴田 桂木 景山'
  ).split(' '),
)
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}ー・々]+$/u
const INITIALS = /^(?:\p{Lu}\p{Ll}?\.(?:-?\p{Lu}\.)*|\p{Lu}(?:\.?-?\p{Lu}\.?)?)$/u
const RUSSIAN_PATRONYMIC = /(?:ович|евич|ич|овна|евна|ична|инична)$/u

function splitEastAsian(words: string[]): SplitName | null {
  const [first = '', ...rest] = words
  if (rest.length > 0) return { family: first, given: rest.join(' ') }
  const characters = Array.from(first)
  const compound = characters.slice(0, 2).join('')
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(first) || characters.length < 2) return null
  if (HAN_COMPOUNDS.has(compound) && characters.length > 2) {
    return { family: compound, given: characters.slice(2).join('') }
  }
  // Four characters may just as well be a Japanese name, whose family may take one, two or three of them.
  if (characters.length > 3) return null
  const family = characters[0] ?? ''
  const isKorean = /\p{Script=Hangul}/u.test(first)
  if (!isKorean && (!HAN_FAMILY.includes(family) || JAPANESE_FAMILY.has(compound) || /[郎々]/u.test(first))) {
    return null
  }
  return { family, given: characters.slice(1).join('') }
}

function withSuffix(name: SplitName, suffix: string | undefined): SplitName {
  return suffix === undefined ? name : { ...name, suffix }
}

/** A word without marks and in lower case, as the lists above have it. */
function plain(word: string): string {
  return word.toLowerCase().replace(/đ/g, 'd').normalize('NFD').replace(/\p{M}/gu, '')
}

function isInitials(word: string): boolean {
  return INITIALS.test(word) && (word.includes('.') || word.length <= 2)
}

/** Where the family name begins in words whose last one belongs to it. The first word is never part of it. */
function familyStart(words: string[], { capitals }: { capitals: boolean }): number {
  let start = words.length - 1
  if (start > 1 && GENERATION.test(words[start] ?? '') && isIberian(words, start)) start--
  if (
    start > 2 &&
    isOfSpain(words) &&
    !PORTUGUESE.has(plain(words[start] ?? '')) &&
    !isSmall(words[start - 1] ?? '')
  )
    start--
  else if (start > 1 && start === words.length - 1 && spanishPair(words) === 'both') start--
  while (start > 1 && isParticle(words, start, { capitals })) start--
  // `Ramón y Cajal` and `Ortega i Gasset` are one family name each.
  if (start > 1 && /^[yi]$/.test(words[start] ?? '')) start--
  return start
}

function isParticle(words: string[], start: number, { capitals }: { capitals: boolean }): boolean {
  const word = words[start - 1] ?? ''
  const next = words[start] ?? ''
  if (PARTICLES.has(capitals ? word.toLowerCase() : word) || SERVANT.test(word)) return true
  if (!CAPITAL_PARTICLES.has(word)) return false
  const before = words[start - 2] ?? ''
  if (ALSO_NAMES.has(word) && VIETNAMESE.has(plain(next))) return false
  // A lone syllable before a Chinese family name is a given name: `Xiao Li Wang`, `Le Do Zhang`.
  if (ALSO_NAMES.has(word) && PINYIN_FAMILY.has(plain(next)) && !/^de$/i.test(before)) return false
  return true
}

function isIberian(words: string[], start: number): boolean {
  const before = plain(words[start - 1] ?? '')
  return (
    /^(?:filho|j[uú]nior)$/i.test(words[start] ?? '') ||
    PORTUGUESE.has(before) ||
    SPANISH.has(before) ||
    PARTICLES.has((words[start - 2] ?? '').toLowerCase())
  )
}

type SpanishPair = 'both' | 'last' | 'unclear'

/**
 * Whether the two last words are the two family names of a Spanish name. A family name before one that is foreign is
 * as likely a middle name (`Sean Martin Carroll`), unless the given name or an accent is Spanish too.
 */
function spanishPair(words: string[]): SpanishPair {
  if (words.length < 3) return 'last'
  const [first, last] = [plain(words.at(-2) ?? ''), plain(words.at(-1) ?? '')]
  const isSpanish = (word: string) => SPANISH.has(word) || (word.length > 4 && word.endsWith('ez'))
  const byGiven = SPANISH_GIVEN.has(plain(words[0] ?? ''))
  const isAccented = /[áéíóúñ]/i.test(words.at(-2) ?? '')
  if (GENERATION.test(last)) return 'last'
  if (PORTUGUESE.has(first) && PORTUGUESE.has(last)) {
    return byGiven && SPANISH.has(first) && SPANISH.has(last) ? 'unclear' : 'last'
  }
  if (PORTUGUESE.has(last) && !SPANISH.has(last)) return 'last'
  if (isSpanish(first) && !SPANISH_GIVEN.has(first)) {
    if (isSpanish(last) || isAccented) return 'both'
    if (ALSO_ELSEWHERE.has(first)) return byGiven ? 'unclear' : 'last'
    return byGiven ? 'both' : 'unclear'
  }
  const isMiddle = SPANISH_GIVEN.has(first) || isInitials(words.at(-2) ?? '') || isSmall(words.at(-2) ?? '')
  return byGiven &&
    isSpanish(last) &&
    !isMiddle &&
    !PORTUGUESE.has(first) &&
    !CAPITAL_PARTICLES.has(words.at(-2) ?? '')
    ? 'unclear'
    : 'last'
}

function isOfSpain(words: string[]): boolean {
  return SPANISH_GIVEN.has(plain(words[0] ?? '')) && words.at(-3) === 'de'
}

function isSmall(word: string): boolean {
  return /^['’]?\p{Ll}/u.test(word)
}

/** `Miguel de Cervantes Saavedra`, `Jan van Dam Smit`: the particle may begin the family name, or end in the given one. */
function hasParticleWithin(words: string[]): boolean {
  const at = words.length - 3
  // `Íñigo López de Mendoza`: a Spanish family name may go on behind the particle.
  const before = plain(words[words.findIndex((word, i) => i > 1 && word === 'de') - 1] ?? '')
  if (before.length > 4 && before.endsWith('ez') && SPANISH.has(before)) return true
  const isParticle = at > 0 && /^(?:de|van|von)$/.test(words[at] ?? '')
  if (GENERATION.test(words.at(-1) ?? '') || isOfSpain(words)) return false
  return (
    isParticle &&
    !isSmall(words.at(-2) ?? '') &&
    !PORTUGUESE.has(plain(words.at(-1) ?? '')) &&
    !CAPITAL_PARTICLES.has(words.at(-2) ?? '')
  )
}

/** Where the order itself cannot be told: Hungarian, and Chinese or Korean in Latin letters, may begin with the family name. */
function mayBeginWithFamily(words: string[]): boolean {
  const [first = '', ...others] = words.map(plain)
  const last = others.at(-1) ?? ''
  if (HUNGARIAN_GIVEN.has(last) && !HUNGARIAN_GIVEN.has(first) && !isInitials(words[0] ?? '')) {
    if (HUNGARIAN_FAMILY.has(first)) return true
    return /[áéíóöőúüű]/i.test(words.join('')) || /^(?:istvan|janos|laszlo|zoltan|gyorgy|ferenc)$/.test(last)
  }
  if (BURMESE.has(first)) return true
  const isVietnamese = ONLY_VIETNAMESE.has(first) && others.every((word) => VIETNAMESE_SYLLABLE.test(word))
  if (isVietnamese && last !== 'nguyen') return true
  if (others.length === 1 && STRONG_FAMILY.has(first) && PINYIN_FAMILY.has(last))
    return !STRONG_FAMILY.has(last)
  return (
    PINYIN_FAMILY.has(first) &&
    !others.some((word) => PINYIN_FAMILY.has(word)) &&
    others.every((word) => EAST_ASIAN_SYLLABLES.test(word))
  )
}

/** Capitals that set off the family name: `Ahmet YILMAZ`, `DUPONT Jean-Pierre`, `VAN DER BERG Jan`. */
function splitAtCapitals(words: string[]): SplitName | null {
  const isCapital = words.map(
    (word) => word === word.toUpperCase() && word !== word.toLowerCase() && !word.includes('.'),
  )
  const isFamily = words.map(
    (word, i) =>
      isCapital[i] === true && (word.replace(/\P{L}/gu, '').length > 2 || PINYIN_FAMILY.has(plain(word))),
  )
  if (!isFamily.includes(true) || isCapital.every(Boolean)) return null
  const end = isCapital.indexOf(false)
  if (isFamily.slice(0, end).includes(true)) {
    if (isCapital.slice(end).some((one, i) => one && !isInitials(words[end + i] ?? ''))) return null
    return { family: words.slice(0, end).join(' '), given: words.slice(end).join(' ') }
  }
  let start = isCapital.lastIndexOf(false) + 1
  if (start === words.length || start === 0) return null
  while (start > 1 && PARTICLES.has(words[start - 1] ?? '')) start--
  return { given: words.slice(0, start).join(' '), family: words.slice(start).join(' ') }
}

/** `Nguyen Van Anh`: all syllables are Vietnamese, and only the first is a family name. */
function splitVietnamese(words: string[]): SplitName | null {
  const plainWords = words.map(plain)
  const last = plainWords.at(-1) ?? ''
  const isWritten =
    VIETNAMESE.has(plainWords[0] ?? '') && plainWords.slice(1).every((word) => VIETNAMESE_SYLLABLE.test(word))
  if (words.length < 3 || !isWritten || VIETNAMESE.has(last) || PINYIN_FAMILY.has(last)) return null
  return { family: words[0] ?? '', given: words.slice(1).join(' ') }
}

/** The parts of a name written with commas: `Loon, Ada van`, `Poe, Jr., Sam`, `Lee, Ann, PhD`; null where they are something else. */
function splitAtCommas(parts: string[], suffix: string | undefined): SplitName | null {
  const [family = '', given = ''] = parts
  if (!/\p{L}/u.test(family) || !/\p{L}/u.test(given) || /(?:^|\s)(?:and|und|et|&)(?:\s|$)/i.test(family))
    return null
  const isOrganisation = given.split(' ').length === 1 && /^\p{Lu}{3,}$/u.test(given) && /\s/.test(family)
  if (isOrganisation && family !== family.toUpperCase()) return null
  const givenWords = given.split(' ')
  const last = givenWords.at(-1) ?? ''
  if (givenWords.length > 1 && SUFFIX.test(last) && suffix === undefined) {
    return { given: givenWords.slice(0, -1).join(' '), family, suffix: last }
  }
  const familyWords = family.split(' ')
  const end = familyWords.at(-1) ?? ''
  if (familyWords.length > 1 && SUFFIX.test(end) && suffix === undefined) {
    return { given, family: familyWords.slice(0, -1).join(' '), suffix: end }
  }
  return withSuffix({ given, family }, suffix)
}

/**
 * The family and given names of a person, as far as the name alone tells them (`Ada B. van Loon Jr.`, `Loon, Ada van`,
 * `王小明`, `Gabriel García Márquez`, `Nguyen Van Anh`). Null for a single name, a collaboration or another body, and
 * where nothing tells which part is the family name: a name in one piece is better than one that is cut in the wrong place.
 */
export function splitName(name: string): SplitName | null {
  const tidy = name.normalize('NFC').trim().replace(/\s+/g, ' ')
  if (!/\p{L}/u.test(tidy) || isBody(tidy) || /[:;()[\]{}@/]|\d(?!nd|rd)/.test(tidy)) return null
  const [whole = '', ...others] = tidy.split(',').map((part) => part.trim())
  const parts = [whole, ...others.filter((part) => !DEGREE.test(part))]
  const suffixPart = parts.slice(1).find((part) => SUFFIX.test(part))
  const named = parts.filter((part) => part !== '' && part !== suffixPart)
  if (named.length > 2) return null
  if (named.length === 2) return splitAtCommas(named, suffixPart)

  const words = withoutTitles(unglued(named[0] ?? '').split(' '))
  if (words.length > 0 && words.every((word) => EAST_ASIAN.test(word))) return splitEastAsian(words)
  const last = words.at(-1) ?? ''
  const suffix =
    suffixPart ??
    (words.length > 2 && SUFFIX.test(last) && (/^\d/.test(last) || last !== last.toLowerCase())
      ? last
      : undefined)
  if (suffix !== undefined && suffixPart === undefined) words.pop()
  const split = splitWords(words)
  return split === null ? null : withSuffix(split, suffix)
}

function splitWords(words: string[]): SplitName | null {
  if (words.length < 2) return null
  const last = words.at(-1) ?? ''
  const cyrillic = words.every((word) => /^[\p{Script=Cyrillic}.-]+$/u.test(word))
  if (
    cyrillic &&
    words.length > 1 &&
    (isInitials(last) || RUSSIAN_PATRONYMIC.test(last)) &&
    words.length !== 2
  ) {
    return { family: words[0] ?? '', given: words.slice(1).join(' ') }
  }
  if (isInitials(last) || /^the$/i.test(words[0] ?? '')) return splitThe(words)
  const capitals = words.every((word) => word === word.toUpperCase())
  if (!capitals) {
    const marked = splitAtCapitals(words)
    if (marked !== null) return marked
  }
  const vietnamese = splitVietnamese(words)
  if (vietnamese !== null) return vietnamese
  if (mayBeginWithFamily(words) || spanishPair(words) === 'unclear' || hasParticleWithin(words)) return null
  const start = familyStart(words, { capitals })
  const given = words.slice(0, start)
  if (given.length === 1 && (PARTICLES.has(given[0] ?? '') || SERVANT.test(given[0] ?? ''))) return null
  const family = words.slice(start).join(' ')
  return /\p{L}/u.test(family) ? { given: given.join(' '), family } : null
}

/** `The Anh Nguyen` is a person; what else begins with an article or ends with initials is left whole. */
function splitThe(words: string[]): SplitName | null {
  const last = words.at(-1) ?? ''
  if (words.length < 3 || !VIETNAMESE.has(plain(last))) return null
  return { given: words.slice(0, -1).join(' '), family: last }
}

/** `J.P.Serre` as `J.P. Serre`. */
function unglued(name: string): string {
  return name.replace(/(?<![\p{L}.])((?:\p{Lu}\p{Ll}?\.-?)+)(?=\p{Lu}\p{L})/gu, (initials) =>
    initials.endsWith('-') ? initials : `${initials} `,
  )
}

function withoutTitles(words: string[]): string[] {
  let from = 0
  let to = words.length
  while (to - from > 2 && TITLE.test(words[from] ?? '')) from++
  while (to - from > 2 && DEGREE.test(words[to - 1] ?? '') && /[A-Z].*[A-Z]|Ph/.test(words[to - 1] ?? ''))
    to--
  return words.slice(from, to)
}
