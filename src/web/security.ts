import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import { isForPrograms } from '../api/addresses.ts'
import { MAIL_DOCUMENT_POLICY } from './mail/mail-document.ts'

/** Their addresses are told to no other site. */
const KEPT_WITHIN = new Set(['/sign-in/link', '/welcome', '/welcome/begun'])

/**
 * The security headers of every response. Nothing is loaded from elsewhere, and pages contain no inline scripts or
 * styles, so that markup injected into a text does nothing.
 */
export function securityHeaders({ https }: { https: boolean }): MiddlewareHandler {
  const headers = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      frameSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
    permissionsPolicy: {
      camera: [],
      microphone: [],
      geolocation: [],
      payment: [],
      usb: [],
      browsingTopics: [],
    },
    referrerPolicy: 'strict-origin-when-cross-origin',
    xFrameOptions: 'DENY',
    xXssProtection: '0',
    strictTransportSecurity: https ? 'max-age=31536000' : false,
  })
  return async (c, next) => {
    await headers(c, next)
    // They are in mails and embedded in pages, which people read on other sites; programs may run in pages of others.
    const isForOthers =
      isForPrograms(c.req.path) || c.req.path === '/openapi.json' || c.get('isForOtherSites')
    if (isForOthers || c.req.path.startsWith('/pictures/'))
      c.res.headers.set('cross-origin-resource-policy', 'cross-origin')
    if (c.get('isMailDocument')) {
      c.res.headers.set('content-security-policy', MAIL_DOCUMENT_POLICY)
      c.res.headers.set('x-frame-options', 'SAMEORIGIN')
    }
    const framePolicy = c.get('framePolicy')
    if (framePolicy !== undefined) {
      c.res.headers.set('content-security-policy', framePolicy)
      c.res.headers.delete('x-frame-options')
    }
    // What is in these pages' addresses lets someone in. (With no-referrer the page's own form would not say where it
    // comes from.)
    if (
      KEPT_WITHIN.has(c.req.path) ||
      c.req.path.startsWith('/mail/') ||
      c.req.path.startsWith('/for-you/feeds/')
    )
      c.res.headers.set('referrer-policy', 'same-origin')
  }
}
