import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitName } from './guess-name.ts'
import { dividedName, invertedName, joinName, nameKey } from './names.ts'

describe('splitting a name', () => {
  it.each([
    ['Ada Loon', 'Ada', 'Loon', undefined],
    ['Ada B. C. Loon', 'Ada B. C.', 'Loon', undefined],
    ['Loon, Ada B.', 'Ada B.', 'Loon', undefined],
    ['Ludo van den Berg', 'Ludo', 'van den Berg', undefined],
    ['Ludo Van Der Berg', 'Ludo', 'Van Der Berg', undefined],
    ['Ana de la Cruz', 'Ana', 'de la Cruz', undefined],
    ['Ana De La Cruz', 'Ana', 'De La Cruz', undefined],
    ['Jo von Neustadt', 'Jo', 'von Neustadt', undefined],
    ['Ana Ramón y Cajal', 'Ana', 'Ramón y Cajal', undefined],
    ['Thi Le Tran', 'Thi Le', 'Tran', undefined],
    ['Sam Poe Jr.', 'Sam', 'Poe', 'Jr.'],
    ['Sam Poe, Jr.', 'Sam', 'Poe', 'Jr.'],
    ['Poe, Jr., Sam', 'Sam', 'Poe', 'Jr.'],
    ['Sam D. Poe III', 'Sam D.', 'Poe', 'III'],
    ['王小明', '小明', '王', undefined],
    ['欧阳小明', '小明', '欧阳', undefined],
    ['山田 太郎', '太郎', '山田', undefined],
    ['김민수', '민수', '김', undefined],
    ['Jean-Luc  O’Neil', 'Jean-Luc', 'O’Neil', undefined],
    ['Gabriel García Márquez', 'Gabriel', 'García Márquez', undefined],
    ['Ana García López', 'Ana', 'García López', undefined],
    ['María del Carmen García López', 'María del Carmen', 'García López', undefined],
    ['Mario Vargas Llosa', 'Mario', 'Vargas Llosa', undefined],
    ['Miguel de Cervantes Saavedra', 'Miguel', 'de Cervantes Saavedra', undefined],
    ['Juan Carlos Rodriguez', 'Juan Carlos', 'Rodriguez', undefined],
    ['Sean Martin Carroll', 'Sean Martin', 'Carroll', undefined],
    ['José Ortega y Gasset', 'José', 'Ortega y Gasset', undefined],
    ['João Silva Santos', 'João Silva', 'Santos', undefined],
    ['João da Silva', 'João', 'da Silva', undefined],
    ['José Silva Filho', 'José', 'Silva Filho', undefined],
    ['José da Silva Neto', 'José', 'da Silva Neto', undefined],
    ['José Carlos de Almeida Júnior', 'José Carlos', 'de Almeida Júnior', undefined],
    ['Carlos Drummond de Andrade', 'Carlos Drummond', 'de Andrade', undefined],
    ["Jan van 't Hof", 'Jan', "van 't Hof", undefined],
    ['Ursula von der Leyen', 'Ursula', 'von der Leyen', undefined],
    ['Harald zur Hausen', 'Harald', 'zur Hausen', undefined],
    ['Jean de La Fontaine', 'Jean', 'de La Fontaine', undefined],
    ['Yann Le Cun', 'Yann', 'Le Cun', undefined],
    ["Jean le Rond d'Alembert", 'Jean le Rond', "d'Alembert", undefined],
    ["Guillaume de l'Hôpital", 'Guillaume', "de l'Hôpital", undefined],
    ['Luca Dalla Torre', 'Luca', 'Dalla Torre', undefined],
    ['Anna De Luca', 'Anna', 'De Luca', undefined],
    ['Abdullah al-Ghamdi', 'Abdullah', 'al-Ghamdi', undefined],
    ['Khalid Al Hammadi', 'Khalid', 'Al Hammadi', undefined],
    ['Mohammed bin Salman', 'Mohammed', 'bin Salman', undefined],
    ['Mohammed bin Salman Al Saud', 'Mohammed bin Salman', 'Al Saud', undefined],
    ['Ahmed Abd al-Rahman', 'Ahmed', 'Abd al-Rahman', undefined],
    ['Abd al-Rahman al-Sufi', 'Abd al-Rahman', 'al-Sufi', undefined],
    ['David Ben Gurion', 'David', 'Ben Gurion', undefined],
    ['Nguyen Van Anh', 'Van Anh', 'Nguyen', undefined],
    ['Nguyễn Thị Minh Khai', 'Thị Minh Khai', 'Nguyễn', undefined],
    ['Ngo Bao Chau', 'Bao Chau', 'Ngo', undefined],
    ['Ngũgĩ wa Thiong’o', 'Ngũgĩ', 'wa Thiong’o', undefined],
    ['Mary Moon', 'Mary', 'Moon', undefined],
    ['Lee Smolin', 'Lee', 'Smolin', undefined],
    ['Lee Goodman', 'Lee', 'Goodman', undefined],
    ['The Anh Nguyen', 'The Anh', 'Nguyen', undefined],
    ['Quoc V. Le', 'Quoc V.', 'Le', undefined],
    ['Wei Wang', 'Wei', 'Wang', undefined],
    ['Xiaoming Wang', 'Xiaoming', 'Wang', undefined],
    ['Min-su Kim', 'Min-su', 'Kim', undefined],
    ['Kim Weston', 'Kim', 'Weston', undefined],
    ['남궁민수', '민수', '남궁', undefined],
    ['János Kovács', 'János', 'Kovács', undefined],
    ['Björk Guðmundsdóttir', 'Björk', 'Guðmundsdóttir', undefined],
    ['C. V. Raman', 'C. V.', 'Raman', undefined],
    ['Mustafa Kemal Atatürk', 'Mustafa Kemal', 'Atatürk', undefined],
    ['Ahmet YILMAZ', 'Ahmet', 'YILMAZ', undefined],
    ['DUPONT Jean-Pierre', 'Jean-Pierre', 'DUPONT', undefined],
    ['KOVÁCS János', 'János', 'KOVÁCS', undefined],
    ['LI Wei', 'Wei', 'LI', undefined],
    ['AJ Smith', 'AJ', 'Smith', undefined],
    ['JOHN SMITH', 'JOHN', 'SMITH', undefined],
    ['LUDWIG VAN BEETHOVEN', 'LUDWIG', 'VAN BEETHOVEN', undefined],
    ['J.-P. Serre', 'J.-P.', 'Serre', undefined],
    ['J.P.Serre', 'J.P.', 'Serre', undefined],
    ['Yu.I. Manin', 'Yu.I.', 'Manin', undefined],
    ["Flann O'Neill", 'Flann', "O'Neill", undefined],
    ['Yehoshua Bar-Hillel', 'Yehoshua', 'Bar-Hillel', undefined],
    ['Ann Lee, PhD', 'Ann', 'Lee', undefined],
    ['Ann Lee, M.D., Ph.D.', 'Ann', 'Lee', undefined],
    ['Prof. Ann B. Lee', 'Ann B.', 'Lee', undefined],
    ['García López, Ann', 'Ann', 'García López', undefined],
    ['王, 小明', '小明', '王', undefined],
    ['Nguyen, The Anh', 'The Anh', 'Nguyen', undefined],
    ['Андрей Николаевич Колмогоров', 'Андрей Николаевич', 'Колмогоров', undefined],
    ['Колмогоров Андрей Николаевич', 'Андрей Николаевич', 'Колмогоров', undefined],
    ['Lee, Ann, Jr.', 'Ann', 'Lee', 'Jr.'],
    ['Lee Jr., Ann', 'Ann', 'Lee', 'Jr.'],
    ['Sam Poe 3rd', 'Sam', 'Poe', '3rd'],
  ])('%s', (name, given, family, suffix) => {
    expect(splitName(name)).toEqual(suffix === undefined ? { given, family } : { given, family, suffix })
  })

  it.each([
    'Plato',
    '',
    '...',
    'van Dyk',
    'The Tide Collaboration',
    'ATLAS Collaboration',
    'Tide Research Team',
    'University of Nowhere',
    '山田太郎一',
    'Poe, Sam, and others, too',
    'Model 7',
    'Suharto',
    'Wang Xiaoming',
    'Wang Wei',
    'Kim Min-su',
    'Park Geun-hye',
    'Ban Ki-moon',
    'Lee Kuan Yew',
    'Lee Hsien Loong',
    'Nagy Imre',
    'Íñigo López de Mendoza',
    'Pham Tuan',
    'Tran Le',
    'Kovács János',
    'Szabó Gábor',
    'Raman C. V.',
    'Anand K.',
    'Smith JA',
    'Abdul Rahman',
    'Aung San Suu Kyi',
    '小林誠',
    '高橋誠',
    '田中',
    'Ana Ibarra López',
    'Karl van Dam Smit',
    'Ann Lee, MIT',
    'Barnes and Noble, Inc.',
    'World Health Organization',
    'Collaboration ATLAS',
  ])('%s is in one piece', (name) => {
    expect(splitName(name)).toBeNull()
  })

  it('has two parts with letters in them or none', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZé王 .,'-", 'van ', 'de ', 'Jr. ') }), (name) => {
        const split = splitName(name)
        if (split === null) return
        expect(split.family).toMatch(/\p{L}/u)
        expect(split.given.trim()).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the parts of an author’s name', () => {
  it('are those of its source, whatever the name looks like', () => {
    const author = { name: 'Ann García López', family: 'López', given: 'Ann García' }
    expect(dividedName(author)).toEqual({ family: 'López', given: 'Ann García' })
    expect(invertedName(author)).toBe('López, Ann García')
  })

  it('are guessed for a name that no source divides', () => {
    expect(invertedName({ name: 'Ann García López' })).toBe('García López, Ann')
    expect(invertedName({ name: 'Wang Xiaoming' })).toBe('Wang Xiaoming')
  })

  it('are none for what is in one piece at its source', () => {
    expect(dividedName({ name: 'Ada Loon', literal: true })).toBeNull()
    expect(dividedName({ name: 'Atlas Team of Ann Lee', kind: 'collaboration' })).toBeNull()
  })

  it.each([
    [{ given: 'Ludwig', droppingParticle: 'van', family: 'Beethoven' }, 'Ludwig van Beethoven'],
    [{ given: 'Jean', droppingParticle: "d'", family: 'Alembert' }, "Jean d'Alembert"],
    [{ given: 'Tariq', nonDroppingParticle: 'al-', family: 'Ghamdi' }, 'Tariq al-Ghamdi'],
    [{ given: 'Sam', family: 'Poe', suffix: 'Jr.' }, 'Sam Poe Jr.'],
    [{ given: '小明', family: '王' }, '王小明'],
    [{ given: 'Xiaoming', family: 'Wang' }, 'Xiaoming Wang'],
    [{ given: '민수', family: '김' }, '김민수'],
    [{ family: 'Suharto' }, 'Suharto'],
  ])('%o are printed as %s', (parts, name) => {
    expect(joinName(parts)).toBe(name)
  })
})

describe('the key of a name', () => {
  it.each([
    ['Ada B. Loon', 'ada-b-loon'],
    ['Łukasz Kaïser', 'lukasz-kaiser'],
    ['Jürgen Weiß', 'jurgen-weiss'],
    ['Søren Ørsted', 'soren-orsted'],
    ['Đặng Æsir Œuvre Yıldız', 'dang-aesir-oeuvre-yildiz'],
    ["Sinéad O'Neil", 'sinead-oneil'],
    ['  --Jean--Luc-- ', 'jean-luc'],
    ['王小明', '王小明'],
    ['Ада Лунная', 'ада-лунная'],
    ['ガガ', 'ガガ'],
    ['İpek', 'ipek'],
  ])('%s is %s', (name, key) => {
    expect(nameKey(name)).toBe(key)
  })

  it('is its own key, and there for every name with a letter or digit', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (name) => {
        const key = nameKey(name)
        expect(nameKey(key)).toBe(key)
        if (/[\p{L}\p{N}]/u.test(name.normalize('NFKC'))) expect(key).not.toBe('')
        expect(key).toMatch(/^(?:[a-z0-9]|\P{ASCII})*(?:-(?:[a-z0-9]|\P{ASCII})+)*$/u)
      }),
      { numRuns: 5000 },
    )
  })
})
