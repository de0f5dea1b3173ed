import { addDays, dayIn } from '../../../papers/calendar.ts'
import { listArxivHolidays } from '../../../sources/arxiv-holidays.ts'
import { longDay } from '../../../papers/dates-in-words.ts'
import { deskPage, forCurators } from '../parts.tsx'

/** `/desk/arxiv-holidays`: evenings on which arXiv announces nothing. */
export const showHolidays = forCurators(async (site, c) => {
  const today = dayIn(site.timeZone, site.now())
  const holidays = (await listArxivHolidays(site.db)).filter(({ day }) => day >= addDays(today, -365))
  return c.html(
    deskPage(site, {
      title: 'arXiv’s holidays',
      path: '/desk/sources',
      children: (
        <>
          <p>
            arXiv announces papers at 20:00 US Eastern from Sunday to Thursday, but not on the evenings of
            these days. When arXiv says that it defers another announcement, add the day: papers are then
            dated by it, and no one is told that the source is silent.
          </p>
          <ul class="rows">
            {holidays.map(({ day, name }) => (
              <li>
                <span>
                  {longDay(day)}: {name}
                </span>
                <form method="post" action="/desk/arxiv-holidays/removal">
                  <input type="hidden" name="day" value={day} />
                  <button type="submit" class="link-button" aria-label={`Remove ${name}, ${day}`}>
                    Remove
                  </button>
                </form>
              </li>
            ))}
          </ul>
          <form class="form narrow" method="post" action="/desk/arxiv-holidays">
            <label for="day">Day</label>
            <input
              id="day"
              name="day"
              type="text"
              required
              pattern="\d{4}-\d{2}-\d{2}"
              placeholder="2026-12-24"
            />
            <label for="name">What it is</label>
            <input id="name" name="name" type="text" required maxlength={100} autocomplete="off" />
            <button type="submit" class="button">
              Add the day
            </button>
          </form>
        </>
      ),
    }),
  )
})
