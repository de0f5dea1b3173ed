/**
 * English words that say nothing by themselves: articles, pronouns, auxiliaries, prepositions and conjunctions, and the
 * contractions of these as `wordsIn` writes them (`dont`). `no` and `not` are not among them, nor are single letters but
 * `a` and `i`; nor words that name something in a compound (`few-shot`, `many-body`).
 */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    'a an the this that these those ' +
    'i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers ' +
    'herself it its itself they them their theirs themselves who whom whose which what one ' +
    'am is are was were be been being have has had having do does did doing done can could may might must shall should ' +
    'will would cannot ' +
    'at by for from in into of off on onto out over to up down with without within about above across after against ' +
    'along among amongst around before below between beyond during per through throughout toward towards under until ' +
    'upon via ' +
    'and but or nor if because as while whilst than then so though although whether since unless however therefore ' +
    'thus hence when where why how there here ' +
    'all any both each either neither every more most much other others another some such own same only too ' +
    'very also again further just yet still once ever ' +
    'arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mightnt mustnt neednt shant shouldnt wasnt werent ' +
    'wont wouldnt eg ie et al etc vs'
  ).split(' '),
)
