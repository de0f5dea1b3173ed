import type { Context } from 'hono'
import type { ReaderAction } from '../../forms/reader-action.ts'
import { PATH, type Refusal, type Step } from './begun.ts'
import { beginPage } from './page.tsx'

/** Back to the page, which says that a step was taken. */
export function done(c: Context, step: Step): Response {
  return c.redirect(`${PATH}?done=${step}#${step}`, 303)
}

/** The page again, with what is wrong with a form and what was typed. */
export async function again(
  { site }: ReaderAction,
  c: Context,
  refusal: Refusal,
  status: 422 | 503 = 422,
): Promise<Response> {
  return c.html(await beginPage(site, c, { refusal }), status)
}
