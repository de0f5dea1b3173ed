import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../../accounts/networks.ts'

/** What of a request decides whether it may read the metrics. */
export type Asking = {
  /** The address at the other end of the connection; empty where there is none. */
  peer: string
  httpVersion: string
  headers: IncomingHttpHeaders
}

/** Headers by which proxies say that they pass on what somebody else asked. */
const FORWARDING =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|x-cluster-client-ip|x-original-.*|true-client-ip|cf-.*|fastly-.*|fly-.*|akamai-.*|x-envoy-.*|x-amzn?-.*|x-azure-.*|cdn-loop)$/

const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Who sends the token may read the metrics, and so may a program on this machine that asks without a detour. A web server on
 * this machine asks over loopback too, for anyone: what says that it was passed on, is for another host, or comes by the
 * HTTP of old that nginx speaks unless told otherwise, is not from here.
 */
export function mayReadMetrics({ peer, httpVersion, headers }: Asking, token: string | null): boolean {
  if (token !== null && hasToken(headers.authorization, token)) return true
  return (
    isLoopback(peer) &&
    httpVersion !== '1.0' &&
    OWN_HOST.test(headers.host ?? '') &&
    // A page in a browser on this machine has no business here either.
    headers['sec-fetch-site'] === undefined &&
    headers.origin === undefined &&
    !Object.keys(headers).some((name) => FORWARDING.test(name))
  )
}

function hasToken(authorization: string | undefined, token: string): boolean {
  const sent = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  // Digests are of one length: how much of a guess is right cannot be told from the time it takes.
  return sent !== undefined && timingSafeEqual(digest(sent), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
