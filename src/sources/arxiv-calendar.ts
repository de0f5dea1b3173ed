import { addDays, ARXIV_TIME_ZONE, dayIn } from '../papers/calendar.ts'

/** Days (`YYYY-MM-DD`) on whose evening arXiv announces nothing, besides Fridays and Saturdays. */
export type ArxivCalendar = { holidays: ReadonlySet<string> }

// https://info.arxiv.org/help/availability.html: papers that come in until 14:00 US Eastern are announced at 20:00, from
// Sunday to Thursday; lists and feeds bear the date of the day after.
const CUTOFF = '14:00:00'
const ANNOUNCEMENT = '20:00:00'

/** The day of the last announcement before an instant, as arXiv's lists are dated: the day after its evening. */
export function lastAnnounced(now: Date, calendar: ArxivCalendar): string {
  const { day, time } = easternTime(now)
  let evening = time >= ANNOUNCEMENT ? day : addDays(day, -1)
  while (!isAnnouncementEvening(evening, calendar)) evening = addDays(evening, -1)
  return addDays(evening, 1)
}

/**
 * The day on which a paper that was submitted at an instant is announced, as arXiv's lists are dated; moderation can
 * take longer.
 */
export function announcementDay(submitted: Date, calendar: ArxivCalendar): string {
  const { day, time } = easternTime(submitted)
  // Submissions close on working days; what comes in after that, or on other days, waits for the next one.
  let closing = time < CUTOFF ? day : addDays(day, 1)
  while (!isWorkingDay(closing, calendar)) closing = addDays(closing, 1)
  // Friday's are announced on Sunday.
  let evening = closing
  while (!isAnnouncementEvening(evening, calendar)) evening = addDays(evening, 1)
  return addDays(evening, 1)
}

/** The next evening at 20:00 US Eastern, after an instant, on which arXiv announces. */
export function nextAnnouncement(now: Date, calendar: ArxivCalendar): Date {
  const { day, time } = easternTime(now)
  let evening = time < ANNOUNCEMENT ? day : addDays(day, 1)
  while (!isAnnouncementEvening(evening, calendar)) evening = addDays(evening, 1)
  return easternInstant(evening, 20)
}

function isAnnouncementEvening(day: string, { holidays }: ArxivCalendar): boolean {
  // Sunday's announcement has what came in until Friday.
  const worked = weekday(day) === 0 ? addDays(day, -2) : day
  return weekday(day) <= 4 && !holidays.has(day) && !holidays.has(worked)
}

function isWorkingDay(day: string, { holidays }: ArxivCalendar): boolean {
  return weekday(day) >= 1 && weekday(day) <= 5 && !holidays.has(day)
}

/** 0 is Sunday. */
function weekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: ARXIV_TIME_ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

function easternTime(instant: Date): { day: string; time: string } {
  return { day: dayIn(ARXIV_TIME_ZONE, instant), time: TIME.format(instant) }
}

/** A full hour of a day in US Eastern time, as an instant: it is four or five hours behind UTC. */
export function easternInstant(day: string, hour: number): Date {
  const [summer, winter] = [4, 5].map(
    (behind) => new Date(Date.parse(`${day}T00:00:00Z`) + (hour + behind) * 3_600_000),
  ) as [Date, Date]
  return Number(TIME.format(summer).slice(0, 2)) === hour % 24 ? summer : winter
}
