/**
 * Addresses for programs: they bear tokens instead of cookies, if anything, so that nobody's browser is made to act there, and
 * are told what went wrong as JSON.
 */
const FOR_PROGRAMS = /^\/(?:api|mcp|oai|oembed)(?:\/|$)/

export function isForPrograms(path: string): boolean {
  return FOR_PROGRAMS.test(path)
}

/** The address of the MCP server. */
export const MCP_PATH = '/mcp'

/** Where errors are told as JSON-RPC has them. */
export function isForModels(path: string): boolean {
  return path === MCP_PATH
}
