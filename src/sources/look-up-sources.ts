import type { Config } from '../config.ts'
import type { LookUpSources } from './look-up.ts'
import { userAgent } from './user-agent.ts'

/** Where single papers are looked up, and as whom. */
export function lookUpSources({ arxivUrl, doiUrl, ...config }: Config): LookUpSources {
  return { arxivUrl, doiUrl, userAgent: userAgent(config) }
}
