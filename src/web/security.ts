import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'

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
    // The link in these pages' addresses signs someone in, or chooses the site's field. (With no-referrer the page's own form would not say where it
    // comes from.)
    if (c.req.path === '/sign-in/link' || c.req.path === '/welcome')
      c.res.headers.set('referrer-policy', 'same-origin')
  }
}
