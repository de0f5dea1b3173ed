import { EVERY, type Every } from '../../digests/issue.ts'
import {
  LONGEST,
  LONGEST_NOT_ABOUT,
  SHORTEST,
  type Preferences,
  type PreferencesDraft,
} from '../../digests/preferences.ts'
import { weekdaysIn } from '../../digests/schedule.ts'
import type { Form } from '../forms/read-form.ts'

const NAMES: Readonly<Record<Every, string>> = { day: 'Every day', week: 'Every week', month: 'Every month' }
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]

/** How often a list comes, as buttons to choose from. */
export function EveryField({ chosen }: { chosen: Every }) {
  return (
    <fieldset class="choices">
      <legend>How often</legend>
      {EVERY.map((every) => (
        <label class="tick">
          <input type="radio" name="every" value={every} checked={every === chosen} required /> {NAMES[every]}
        </label>
      ))}
    </fieldset>
  )
}

/** The rest of what a reader can choose; `of` makes ids on the page differ. Their own time zone is filled in where a script may tell it. */
export function PreferenceFields({
  preferences,
  isNew,
  of = '',
}: {
  preferences: Preferences
  /** Nobody has chosen a time zone yet. */
  isNew: boolean
  of?: string
}) {
  const { hour, timeZone, weekdays, length, notAbout } = preferences
  const zones = ZONES.includes(timeZone) ? ZONES : [timeZone, ...ZONES]
  const days = weekdaysIn(weekdays)
  return (
    <>
      <div class="side-by-side">
        <p>
          <label for={`hour${of}`}>Hour</label>
          <select id={`hour${of}`} name="hour">
            {Array.from({ length: 24 }, (_, one) => (
              <option value={String(one)} selected={one === hour}>
                {`${String(one).padStart(2, '0')}:00`}
              </option>
            ))}
          </select>
        </p>
        <p class="wide">
          <label for={`time-zone${of}`}>Time zone</label>
          <own-time-zone data-is-new={isNew ? '' : undefined}>
            <select id={`time-zone${of}`} name="time-zone">
              {zones.map((zone) => (
                <option value={zone} selected={zone === timeZone}>
                  {zone.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
          </own-time-zone>
        </p>
      </div>
      <fieldset class="choices">
        <legend>Days</legend>
        <input type="hidden" name="days" value="chosen" />
        {WEEKDAYS.map((name, day) => (
          <label class="tick">
            <input type="checkbox" name={`day-${day}`} checked={days.includes(day)} />{' '}
            <abbr title={name}>{name.slice(0, 3)}</abbr>
          </label>
        ))}
        <p class="hint">A weekly email comes on the first of these days, a monthly one on the 1st.</p>
      </fieldset>
      <label for={`length${of}`}>Papers in an email, at most</label>
      <input
        id={`length${of}`}
        name="length"
        type="number"
        min={SHORTEST}
        max={LONGEST}
        required
        value={String(length)}
      />
      <label for={`not-about${of}`}>Leave out papers with these words</label>
      <textarea
        id={`not-about${of}`}
        name="not-about"
        rows={2}
        maxlength={LONGEST_NOT_ABOUT}
        aria-describedby={`not-about-hint${of}`}
      >
        {notAbout.join(', ')}
      </textarea>
      <p class="hint" id={`not-about-hint${of}`}>
        Words or phrases, separated by commas. They are looked for in titles and abstracts.
      </p>
    </>
  )
}

/** What a form says of preferences; what it has no field for stays as it is. */
export function preferencesIn(form: Form): PreferencesDraft {
  const field = (name: string) => (form.ticked(name) ? form.text(name) : undefined)
  const every = field('every')
  const hour = field('hour')
  const timeZone = field('time-zone')
  const length = field('length')
  const notAbout = field('not-about')
  return {
    ...(every !== undefined && { every }),
    ...(hour !== undefined && { hour }),
    ...(timeZone !== undefined && { timeZone }),
    ...(length !== undefined && { length }),
    ...(notAbout !== undefined && { notAbout }),
    // A box that is not ticked is not sent.
    ...(form.ticked('days') && {
      weekdays: WEEKDAYS.flatMap((_, day) => (form.ticked(`day-${day}`) ? [String(day)] : [])),
    }),
  }
}

/** When a list comes, in words: `every day at 07:00 (Europe/Berlin), up to 10 papers`. */
export function inWords({ every, hour, timeZone, weekdays, length, notAbout }: Preferences): string {
  const days = weekdaysIn(weekdays)
  const clock = `at ${String(hour).padStart(2, '0')}:00 (${timeZone.replaceAll('_', ' ')})`
  const when = {
    day:
      days.length === 7
        ? `every day ${clock}`
        : `on ${listOf(days.map((day) => WEEKDAYS[day]?.slice(0, 3) ?? ''))} ${clock}`,
    week: `every week, on ${WEEKDAYS[days[0] ?? 0]} ${clock}`,
    month: `every month, on the 1st ${clock}`,
  }[every]
  const without = notAbout.length === 0 ? '' : `, without ${listOf(notAbout.map((one) => `“${one}”`))}`
  return `${when}, up to ${length} papers${without}`
}

function listOf(words: string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
