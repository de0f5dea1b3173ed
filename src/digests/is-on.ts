import { sql } from 'kysely'

/**
 * The condition, on a subscription `s` and its subscriber `b`, under which issues are made for it and go out: nobody has paused
 * it, and nothing stopped its mail. Whether it was confirmed is another matter: until then it is never due.
 */
export const IS_ON = sql<boolean>`s.paused_at is null and b.paused_at is null and b.suppressed_at is null`
