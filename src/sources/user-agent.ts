import type { Config } from '../config.ts'

/** As whom this site asks others: with its address, and whom they can write to. */
export function userAgent({ publicUrl, contact }: Pick<Config, 'publicUrl' | 'contact'>): string {
  const site = publicUrl ?? 'a site that is not public'
  return `Broadsheet/0.1 (${site}${contact === null ? '' : `; mailto:${contact}`})`
}
