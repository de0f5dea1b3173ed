import { EVERY, type Every } from './issue.ts'
import { ALL_WEEKDAYS, type Schedule } from './schedule.ts'

/** How a reader wants one list to come. */
export type Preferences = Schedule & {
  /** The most papers of an issue. */
  length: number
  /** Words and phrases: papers that have one of them in their title or abstract are left out. */
  notAbout: string[]
}

export const SHORTEST = 5
export const LONGEST = 25
const USUAL_LENGTH = 10
const USUAL_HOUR = 7
/** In characters, as typed. */
export const LONGEST_NOT_ABOUT = 500
const MOST_NOT_ABOUT = 20

/** What somebody typed or chose; what is absent stays as it was, or is as usual. */
export type PreferencesDraft = {
  every?: string
  hour?: string
  timeZone?: string
  /** 0 for Monday to 6 for Sunday. */
  weekdays?: string[]
  length?: string
  /** Separated by commas or lines. */
  notAbout?: string
}

export type PreferencesOutcome = { ok: true; preferences: Preferences } | { ok: false; reason: string }

/** What is usual on a site whose clock is that of `timeZone`. */
export function usualPreferences(every: Every, { timeZone }: { timeZone: string }): Preferences {
  return {
    every,
    hour: USUAL_HOUR,
    timeZone,
    weekdays: ALL_WEEKDAYS,
    length: USUAL_LENGTH,
    notAbout: [],
  }
}

/** Reads what somebody wants; `otherwise` is what holds where they say nothing. */
export function parsePreferences(draft: PreferencesDraft, otherwise: Preferences): PreferencesOutcome {
  const refuse = (reason: string) => ({ ok: false, reason }) as const
  const every = draft.every === undefined ? otherwise.every : EVERY.find((one) => one === draft.every)
  if (every === undefined) return refuse('Choose how often it comes: every day, every week or every month.')
  const hour = draft.hour === undefined ? otherwise.hour : wholeNumber(draft.hour)
  if (hour === null || hour > 23) return refuse('Choose the hour of the day, from 0 to 23.')
  const timeZone = draft.timeZone === undefined ? otherwise.timeZone : parseTimeZone(draft.timeZone)
  if (timeZone === null) return refuse('Choose a time zone, such as Europe/Berlin.')
  const weekdays = draft.weekdays === undefined ? otherwise.weekdays : parseWeekdays(draft.weekdays)
  if (weekdays === null) return refuse('Choose at least one day of the week.')
  const length = draft.length === undefined ? otherwise.length : wholeNumber(draft.length)
  if (length === null || length < SHORTEST || length > LONGEST)
    return refuse(`Choose how many papers a mail has at most, from ${SHORTEST} to ${LONGEST}.`)
  const notAbout = draft.notAbout === undefined ? otherwise.notAbout : parseNotAbout(draft.notAbout)
  if (notAbout === null)
    return refuse(
      `Leave out up to ${MOST_NOT_ABOUT} words or phrases, of ${LONGEST_NOT_ABOUT} characters in all.`,
    )
  return { ok: true, preferences: { every, hour, timeZone, weekdays, length, notAbout } }
}

/** The IANA name of a time zone, as PostgreSQL knows it too; null where there is none such. */
function parseTimeZone(text: string): string | null {
  const name = text.trim()
  // An offset (+05:30) is no place: its clock would never change.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

function parseWeekdays(days: string[]): number | null {
  const numbers = days.map(wholeNumber)
  if (numbers.some((day) => day === null || day > 6)) return null
  const bits = numbers.reduce<number>((all, day) => all | (1 << (day ?? 0)), 0)
  return bits === 0 ? null : bits
}

function parseNotAbout(text: string): string[] | null {
  if (Array.from(text).length > LONGEST_NOT_ABOUT) return null
  const words = text
    .toWellFormed()
    .normalize()
    .split(/[,;\n]/)
    .map((one) => one.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim())
    // Punctuation alone is in every paper.
    .filter((one) => /[\p{L}\p{N}]/u.test(one))
  const different = [...new Map(words.map((one) => [one.toLowerCase(), one])).values()]
  return different.length > MOST_NOT_ABOUT ? null : different
}

function wholeNumber(text: string): number | null {
  return /^\d{1,4}$/.test(text.trim()) ? Number(text) : null
}
