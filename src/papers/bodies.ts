const NOUN =
  'collab(?:orations?|\\.)|consorti(?:um|a)|(?:working )?groups?|teams?|projects?|committee|society|institut(?:es?|ion)|' +
  'universit(?:y|é|ät|à|et)|universi(?:dad|dade)|laborator(?:y|ies)|labs?|foundation|network|alliance|initiative|' +
  'department|cent(?:er|re)|community|association|task force|organi[sz]ation|agency|council|inc|corp|llc|ltd|gmbh|' +
  'kollaboration|collaborazione|colabora(?:ción|ção)|коллаборация'
const BODY = new RegExp(`(?<![\\p{L}'’-])(?:${NOUN})(?![\\p{L}'’])`, 'iu')
/** Words that a program which divides every name takes for the family name: `Collaboration, ATLAS`. */
const ALONE = /^(?:(?:.*\s)?(?:collaborations?|consortium)|teams?|groups?|project|network|initiative)$/i

/** Whether a name is that of a collaboration, an institution, a company or another body. */
export function isBody(name: string): boolean {
  return BODY.test(name)
}

/** Whether a family name of an author who also has a given name is in truth the end of a body's name. */
export function isEndOfBody(family: string): boolean {
  return ALONE.test(family)
}
