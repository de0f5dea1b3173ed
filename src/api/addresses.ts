/** Addresses for programs: they bear tokens instead of cookies, and are told what went wrong as JSON. */
const FOR_PROGRAMS = /^\/(?:api|mcp)(?:\/|$)/

export function isForPrograms(path: string): boolean {
  return FOR_PROGRAMS.test(path)
}
