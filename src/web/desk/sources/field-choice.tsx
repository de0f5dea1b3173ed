import type { Child } from 'hono/jsx'
import type { Field } from '../../../sources/fields.ts'

/** Fields of research to choose from: a form with a button for each. `children` are hidden fields of the form. */
export function FieldChoice({
  fields,
  action,
  children,
}: {
  fields: readonly Field[]
  action: string
  children?: Child
}) {
  return (
    <form method="post" action={action}>
      {children}
      <ul class="fields">
        {fields.map(({ id, name, about }) => (
          <li>
            <button type="submit" name="field" value={id}>
              <strong>{name}</strong>
              <span>{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </form>
  )
}
