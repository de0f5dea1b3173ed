import type { Context } from 'hono'
import { openApi } from '../../api/openapi.ts'
import { PROBLEMS } from '../../api/problem.ts'
import { renderPage } from '../layout.tsx'
import { pageShows } from '../shows.ts'
import type { Site } from '../site.ts'

/** A JSON Schema, as far as this page shows it. */
type Schema = {
  $ref?: string
  type?: string
  description?: string
  enum?: unknown[]
  const?: unknown
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  items?: Schema
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
}
type Parameter = { name: string; in: string; required: boolean; description?: string; schema: Schema }
type Described = {
  operationId: string
  tags: string[]
  summary: string
  description?: string
  parameters: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
  security?: { token: string[] }[]
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>
}

/** `/about/api`: the API in words, made of the same description that programs read. */
export function showApi(site: Site) {
  return (c: Context) => {
    pageShows(c, [])
    const { paths, components } = openApi(site) as unknown as {
      paths: Record<string, Record<string, Described>>
      components: { schemas: Record<string, Schema> }
    }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => ({
        path,
        method: method.toUpperCase(),
        ...described,
      })),
    )
    const groups = [...Map.groupBy(operations, ({ tags }) => tags[0] ?? '')]
    return c.html(
      renderPage(site, {
        head: {
          title: 'API',
          description: `How programs read ${site.name} and act on it.`,
          path: '/about/api',
        },
        children: (
          <article class="prose reference">
            <header class="edition-head">
              <p class="kicker">For programs</p>
              <h1>API</h1>
            </header>
            <p>
              Programs can read every list and paper here as JSON, without a key. To vote, comment, collect or
              submit for you, a program needs <a href="/settings/tokens">a token from your settings</a>. The
              same description for machines is at <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1), and
              language models can use all of it as tools at <code>/mcp</code>.
            </p>
            <pre>
              <code>{`curl '${site.origin}/api/papers?list=/papers/trending&limit=10'\ncurl -X PUT -H 'Authorization: Bearer bs_…' '${site.origin}/api/papers/2412.19723/vote'`}</code>
            </pre>
            <p>
              Lists continue at the address in the <code>Link</code> header. What has not changed answers{' '}
              <code>If-None-Match</code> with 304.
            </p>
            <nav aria-label="Contents">
              {groups.map(([group, of]) => (
                <section>
                  <h2>{group}</h2>
                  <ul class="operations">
                    {of.map(({ operationId, method, path, summary }) => (
                      <li>
                        <a href={`#${operationId}`}>
                          <code>
                            {method} {path}
                          </code>
                        </a>{' '}
                        {summary}
                      </li>
                    ))}
                  </ul>
                </section>
              ))}
            </nav>
            {operations.map((operation) => (
              <Operation {...operation} schemas={components.schemas} />
            ))}
            <h2 id="problems">Problems</h2>
            <p>
              What goes wrong is told as <code>application/problem+json</code> (RFC 9457). Its{' '}
              <code>type</code> ends in one of these names; <code>detail</code> says what happened and what to
              do, <code>parameter</code> what was at fault.
            </p>
            <div class="wide">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Status</th>
                    <th scope="col">Meaning</th>
                  </tr>
                </thead>
                <tbody>
                  {Object.entries(PROBLEMS).map(([kind, { status, title }]) => (
                    <tr id={kind}>
                      <td>
                        <code>{kind}</code>
                      </td>
                      <td>{status}</td>
                      <td>{title}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </article>
        ),
      }),
    )
  }
}

function Operation({
  operationId,
  method,
  path,
  summary,
  description,
  parameters,
  requestBody,
  security,
  responses,
  schemas,
}: Described & { path: string; method: string; schemas: Record<string, Schema> }) {
  const body = Object.values(requestBody?.content ?? {})[0]?.schema
  const done = Object.entries(responses).find(([status]) => status.startsWith('2'))
  const answer = Object.values(done?.[1].content ?? {})[0]?.schema
  const scope = security?.[0]?.token[0]
  const sent = body ? propertiesOf(body, schemas) : []
  return (
    <section class="operation" id={operationId}>
      <h3>
        <code>
          {method} {path}
        </code>
      </h3>
      <p>
        {summary}. {inProse(description ?? '')}
      </p>
      {scope !== undefined && (
        <p class="aside">
          Needs a token with the scope <code>{scope}</code>.
        </p>
      )}
      {parameters.length + sent.length > 0 && (
        <dl class="parameters">
          {parameters.map(({ name, in: place, required, description: says, schema }) => (
            <Parameter
              name={name}
              place={place === 'query' ? 'in the query' : place === 'path' ? 'in the path' : 'a header'}
              required={required}
              schema={{ ...schema, ...(says === undefined ? {} : { description: says }) }}
              schemas={schemas}
            />
          ))}
          {sent.map(({ name, required, schema }) => (
            <Parameter
              name={name}
              place="in the body"
              required={required}
              schema={schema}
              schemas={schemas}
            />
          ))}
        </dl>
      )}
      {answer && (
        <details>
          <summary>Answers with {inWords(answer, schemas)}</summary>
          <dl class="parameters">
            {propertiesOf(answer.items ?? answer, schemas).map(({ name, schema }) => (
              <Parameter name={name} schema={schema} schemas={schemas} />
            ))}
          </dl>
        </details>
      )}
    </section>
  )
}

/** A description with what stands in backticks as code. */
function inProse(text: string) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code>{part}</code> : part))
}

function Parameter({
  name,
  place,
  required = false,
  schema,
  schemas,
}: {
  name: string
  place?: string
  required?: boolean
  schema: Schema
  schemas: Record<string, Schema>
}) {
  const notes = [
    inWords(schema, schemas),
    ...(place === undefined ? [] : [place]),
    ...(required ? ['needed'] : []),
    ...(schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e9
      ? [`${schema.minimum} to ${schema.maximum}`]
      : []),
    ...(schema.default === undefined || schema.default === ''
      ? []
      : [`usually ${JSON.stringify(schema.default)}`]),
  ]
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <span class="aside">{notes.join(', ')}</span> {inProse(schema.description ?? '')}
      </dd>
    </>
  )
}

function resolved(schema: Schema, schemas: Record<string, Schema>): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (schemas[name] ?? {})
}

function propertiesOf(
  schema: Schema,
  schemas: Record<string, Schema>,
): { name: string; required: boolean; schema: Schema }[] {
  const { properties = {}, required = [] } = resolved(schema, schemas)
  return Object.entries(properties).map(([name, of]) => ({
    name,
    required: required.includes(name),
    schema: of,
  }))
}

/** What a schema allows, as a reader would say it. */
function inWords(schema: Schema, schemas: Record<string, Schema>): string {
  const { type, enum: values, const: only, items, anyOf } = resolved(schema, schemas)
  if (schema.$ref !== undefined) return `a ${(schema.$ref.split('/').at(-1) ?? '').toLowerCase()}`
  if (values) return values.map(String).join(' or ')
  if (only !== undefined) return JSON.stringify(only)
  if (anyOf) return anyOf.map((one) => inWords(one, schemas)).join(' or ')
  if (type === 'array') return items ? `a list, each ${inWords(items, schemas)}` : 'a list'
  return TYPES[type ?? ''] ?? 'anything'
}

const TYPES: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  null: 'null',
}
