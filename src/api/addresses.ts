/**
 * Addresses for programs: they bear tokens instead of cookies, if anything, so that nobody's browser is made to act there, and
 * are told what went wrong as JSON.
 */
const FOR_PROGRAMS = /^\/(?:api|mcp|oai|oembed)(?:\/|$)/

export function isForPrograms(path: string): boolean {
  return FOR_PROGRAMS.test(path)
}
