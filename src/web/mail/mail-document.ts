import type { Context } from 'hono'

/**
 * Answers with an email as a page of its own, in its own look: styles stand in its elements, as mail programs need them, so
 * the usual policy would not let it be seen. It can run nothing, send nothing, and load nothing but our own pictures.
 */
export function sendMailDocument(c: Context, html: string): Response | Promise<Response> {
  c.set('isMailDocument', true)
  c.header('cache-control', 'no-store')
  c.header('x-robots-tag', 'noindex')
  // In a frame a link would open in the frame.
  return c.html(html.replace('<head>', '<head><base target="_blank">'))
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Whether what is sent is an email, shown as a page. */
    isMailDocument: boolean | undefined
  }
}

export const MAIL_DOCUMENT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
