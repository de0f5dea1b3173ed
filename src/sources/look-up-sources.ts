import type { Config } from '../config.ts'
import type { LookUpSources } from './look-up.ts'

/** Where single papers are looked up, and as whom. */
export function lookUpSources({ arxivUrl, doiUrl, publicUrl }: Config): LookUpSources {
  return { arxivUrl, doiUrl, userAgent: `Broadsheet/0.1 (${publicUrl ?? 'a site that is not public'})` }
}
