/** The endings and letters in which the two spellings differ: allow-lists wherever a rule would take in other words. */
const RULES: readonly (readonly [british: RegExp, american: string])[] = [
  [
    /(behavi|col|flav|fav|hon|neighb|harb|lab|endeav|splend|demean|ranc|savi|tum|hum|vap|arm|vig|rig|od|rum|sav|cand|clam|ard|arb|ferv|glam|val|succ|parl)our(?!t)/,
    '$1or',
  ],
  [/lys(e|ed|er|ers|ing|able)$/, 'lyz$1'],
  [/^practis(e|ed|es|er|ers|ing)$/, 'practic$1'],
  [/(cent|fib|theat|lust|calib|sepulch|saltpet|met|^tit|^mit|^och|^somb|^meag|^sab|^spect)re(s?)$/, '$1er$2'],
  [/^((?:micro|milli|centi|deci|nano|pico)?lit)re(s?)$/, '$1er$2'],
  [/(cent|fib)red$/, '$1ered'],
  [/centring$/, 'centering'],
  [/(cent|fib)re(?=[^aeiou])/, '$1er'],
  [/^(def|off|lic|pret)ence(s|d|less)?$/, '$1ense$2'],
  [/logue(s?)$/, 'log$1'],
  [/logu(ed|er|ers|ing)$/, 'log$1'],
  [/gramme(s?)$/, 'gram$1'],
  [
    /(mod|lab|lev|trav|chann|tunn|canc|fu|du|pan|funn|parc|couns|snork|shov|rav|marv|jew|barr|quarr|tow|bev|chis|enam|lib|kern|parall|swiv|shriv)ell(ed|ing|ings|er|ers|or|ors|ous|able)$/,
    '$1el$2',
  ],
  [/(sign|tot|equ|riv|marsh|ped|di|spir|initi|gimb)all(ed|ing|er|ers)$/, '$1al$2'],
  [/^(enrol|fulfil|distil|instil|instal)(s|ment|ments)?$/, '$1l$2'],
  [/^(skil|wil)ful/, '$1lful'],
  [/^(focus|bias)s(ed|es|ing)$/, '$1$2'],
  [/^(benefit|target|combat)t(ed|ing)$/, '$1$2'],
  [/(h|^an)aem/, '$1em'],
  [/aem(?=i[ac])/, 'em'],
  [/paed/, 'ped'],
  [/aesth/, 'esth'],
  [/^(gyn|arch|pal|ph)ae(?=o|co)/, '$1e'],
  [/^cae(?=sium|sar[ei]|c)/, 'ce'],
  [/^fae(?=c)/, 'fe'],
  [/^aetio/, 'etio'],
  [/^(medi|prim)aeval/, '$1eval'],
  [/^oe(?=str|soph)/, 'e'],
  [/oede(?=m)/, 'ede'],
  [/^foet/, 'fet'],
  [/(rrh|pn|^hom)oe(?=a|i|o)/, '$1e'],
  [/^coel(?=i|om)/, 'cel'],
  [/^manoeuvr(?:e(?=s|d|$)|(?=ing|ab))/, 'maneuver'],
  [/^maneuverd$/, 'maneuvered'],
  [/sulph/, 'sulf'],
  [/alumini(?=um|s|z)/, 'alumin'],
  [/moul(?=[dt])/, 'mol'],
  [/plough/, 'plow'],
  [/^sceptic/, 'skeptic'],
  [/^grey/, 'gray'],
  [/^artefact/, 'artifact'],
  [/^chequer/, 'checker'],
  [/^(acknowledg|judg|abridg)ement/, '$1ment'],
  [/^ageing$/, 'aging'],
  [/^(d|moll)(i|u)sc(s?)$/, '$1$2sk$3'],
  [/^learnt$/, 'learned'],
  [/^neurone(s?)$/, 'neuron$1'],
  [/^(dis)?orientated$/, '$1oriented'],
  [/^enquir/, 'inquir'],
  [/^(en|de)?cypher/, '$1cipher'],
  [/^woollen/, 'woolen'],
  [/^jewellery$/, 'jewelry'],
  [/^draught/, 'draft'],
  [/^tyre(s?)$/, 'tire$1'],
]
const ISE = /^([a-z]{3,})is(e[drs]?|ers|ing|ations?|ational|ationally|able|ability)$/
/** Words in -ise, -ising … that American spelling leaves alone, by what stands before the ending: `raise`, `promise`. */
const KEEPS_S =
  /(?:[aeouw]|(?<!i)[cv]|pr|prom|prem|^dem|surm|^chem|^(?:sun|moon|high|low|mid|up|c)r|^cer|desp|^val|^pen|^den|merchand|parad|franch|advert|chast|^treat|^expert|^mort|ropol)$/

// Most words are spelt one way only, and this one expression knows them.
const DIFFERENT = new RegExp([ISE, ...RULES.map(([british]) => british)].map((rule) => rule.source).join('|'))

/** An English word in lower-case ASCII letters in its American spelling (`behaviour`, `optimisation`, `modelled`). */
export function americanSpelling(word: string): string {
  if (!DIFFERENT.test(word)) return word
  let spelt = word
  for (const [british, american] of RULES) spelt = spelt.replace(british, american)
  const [, base, ending] = ISE.exec(spelt) ?? []
  return base === undefined || KEEPS_S.test(base) ? spelt : `${base}iz${ending}`
}
