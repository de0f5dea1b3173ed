import { forget, recall, remember } from './memory.ts'

const NAME = 'recent-searches'
const MOST = 8

/** The last searches on this device, newest first; never sent anywhere. */
export function recentSearches(): string[] {
  try {
    const stored: unknown = JSON.parse(recall(NAME) ?? '[]')
    return Array.isArray(stored) ? stored.filter((text) => typeof text === 'string').slice(0, MOST) : []
  } catch {
    return []
  }
}

/** Puts a search before the others. */
export function rememberSearch(text: string): void {
  const tidy = text.trim()
  if (tidy === '') return
  const others = recentSearches().filter((other) => other !== tidy)
  remember(NAME, JSON.stringify([tidy, ...others].slice(0, MOST)))
}

export function forgetSearches(): void {
  forget(NAME)
}
