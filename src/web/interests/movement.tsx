import { monthPeriod } from '../../papers/calendar.ts'
import { periodTitle } from '../../papers/dates-in-words.ts'
import type { Movement } from '../../recommendation/movement.ts'

/** Of a month in the drawing, and of the gap after it. */
const STEP = 10
const BAR = 7
const HEIGHT = 40
const MOST_DRAWN = 12

/** How interests moved: a row of bars for each, all with one scale, and the numbers to open. */
export function MovementFigure({ movement: { months, interests } }: { movement: Movement }) {
  const most = Math.max(...interests.flatMap(({ acts }) => acts))
  const [first = '', last = ''] = [months[0], months.at(-1)]
  const drawn = interests.slice(0, MOST_DRAWN)
  return (
    <section aria-labelledby="movement">
      <h2 id="movement">How your interests moved</h2>
      <figure class="movement">
        <ul>
          {drawn.map((interest) => (
            <li>
              <span class="movement-name">{interest.name}</span>
              <svg
                viewBox={`0 0 ${months.length * STEP} ${HEIGHT}`}
                preserveAspectRatio="none"
                role="img"
                aria-label={inWords(interest, months)}
              >
                {interest.acts.map((acts, i) => {
                  const height = acts === 0 ? 1 : Math.max(3, Math.round((acts / most) * HEIGHT))
                  return (
                    <rect
                      class={acts === 0 ? 'none' : undefined}
                      x={i * STEP + (STEP - BAR) / 2}
                      y={HEIGHT - height}
                      width={BAR}
                      height={height}
                    />
                  )
                })}
              </svg>
            </li>
          ))}
        </ul>
        <p class="movement-span" aria-hidden="true">
          <span>{monthName(first)}</span>
          <span>{monthName(last)}</span>
        </p>
        <figcaption>
          How often you did something for a paper of each interest, month by month
          {drawn.length < interests.length && `; the ${MOST_DRAWN} with most papers`}.
        </figcaption>
      </figure>
      <details>
        <summary>The same in numbers</summary>
        <div class="wide" tabindex={0} role="region" aria-label="Your interests by month">
          <table class="figures">
            <thead>
              <tr>
                <th scope="col">Month</th>
                {drawn.map(({ name }) => (
                  <th scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {months
                .map((month, i) => (
                  <tr>
                    <th scope="row">{monthName(month)}</th>
                    {drawn.map(({ acts }) => (
                      <td class="number">{(acts[i] ?? 0).toLocaleString('en-GB')}</td>
                    ))}
                  </tr>
                ))
                .toReversed()}
            </tbody>
          </table>
        </div>
      </details>
    </section>
  )
}

/** `Tides: 12 times since March 2025, most in May 2026` */
function inWords({ name, acts }: Movement['interests'][number], months: string[]): string {
  const total = acts.reduce((sum, count) => sum + count, 0)
  const first = months[acts.findIndex((count) => count > 0)] ?? ''
  const busiest = months[acts.indexOf(Math.max(...acts))] ?? ''
  return `${name}: ${total === 1 ? 'once' : `${total.toLocaleString('en-GB')} times`} since ${monthName(first)}, most in ${monthName(busiest)}`
}

function monthName(month: string): string {
  const period = monthPeriod(month)
  return period === null ? month : periodTitle(period)
}
