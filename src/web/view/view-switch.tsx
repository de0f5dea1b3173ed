import type { Site } from '../site.ts'

/** Switches lists between whole stories and headlines. `public/view-switch.ts` makes it instant. */
export function ViewSwitch({ site, back }: { site: Site; back: string }) {
  const shown = site.view ?? 'full'
  return (
    <view-switch class="views">
      <form method="post" action="/view" aria-label="View">
        <input type="hidden" name="back" value={back} />
        {VIEWS.map(({ view, name }) => (
          <button type="submit" name="view" value={view} aria-pressed={view === shown ? 'true' : 'false'}>
            {name}
          </button>
        ))}
      </form>
    </view-switch>
  )
}

const VIEWS = [
  { view: 'full', name: 'Stories' },
  { view: 'headlines', name: 'Headlines' },
] as const
