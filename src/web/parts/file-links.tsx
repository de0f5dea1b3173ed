/** Links to other forms of a page: `path` with the suffix of each. */
export function FileLinks({
  path,
  formats,
}: {
  path: string
  formats: readonly { suffix: string; name: string; type: string }[]
}) {
  return (
    <ul class="inline">
      {formats.map(({ suffix, name, type }) => (
        <li>
          <a href={path + suffix} type={type}>
            {name}
          </a>
        </li>
      ))}
    </ul>
  )
}
