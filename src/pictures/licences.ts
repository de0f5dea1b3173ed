import { sql } from 'kysely'

const SHOWABLE = '^https?://(www\\.)?creativecommons\\.org/(licenses/by|publicdomain/)'

/**
 * Whether the licence of a paper (`papers p` in the query) lets a figure of it be shown: those of Creative Commons and the public
 * domain do. Making it smaller changes its format and not the work, which also the licences without derivatives allow
 * (4.0, section 2(a)(4)); who may earn money with it is for whoever runs the site to know.
 */
export const MAY_BE_SHOWN = sql<boolean>`(p.license_url ~* ${SHOWABLE})`
