import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'
import type { DigestRoom } from '../digests/digest-room.ts'
import type { BounceHooks } from '../mail/bounces/hooks/settings.ts'
import type { Drawing } from '../pictures/drawing/drawing.ts'
import type { Audience } from '../papers/visibility.ts'
import type { Logger } from '../runtime/log.ts'
import type { Accounts } from '../accounts/open-accounts.ts'
import type { Reader } from '../accounts/reader.ts'
import type { Scope } from '../accounts/tokens.ts'
import type { Taste } from '../recommendation/taste.ts'
import type { SearchRoom } from '../search/search.ts'
import type { Change } from '../ranking/announce-changes.ts'
import type { HarvestOptions } from '../sources/harvest.ts'
import type { LookUpSources } from '../sources/look-up.ts'
import type { View } from './view/view.ts'
import type { Assets } from './assets.ts'

/** Who looks at a page, and through which session; a program that acts for them bears a token instead. */
export type Viewer = { reader: Reader; sessionId: string; token?: { id: string; scopes: ReadonlySet<Scope> } }

/** What every page is rendered with. */
export type Site = {
  db: Kysely<Database>
  search: SearchRoom
  accounts: Accounts
  /** Where single papers are looked up. */
  sources: LookUpSources
  /** What draws badges, and the pictures beside links to papers. */
  drawing: Drawing
  /** What readers' own front pages are ranked by. */
  taste: Taste
  /** Whether figures of papers are shown. */
  pictures: boolean
  /** With what sources are asked when a curator tries one out. */
  harvesting: Pick<HarvestOptions, 'client' | 'urls' | 'keys' | 'contact'>
  /** What the link for choosing a field has to bear (welcome/key.ts). */
  welcomeKey: string
  /** Where mails are written to where there is no mail server. */
  outboxFolder: string
  /** Where the dumps are that everybody may download. */
  dumpsFolder: string
  /** Who may report bounces to us, and what the Message-IDs that they name are signed with. */
  bounceHooks: { senders: BounceHooks; secret: string }
  /** Lets the pages know what a reader has changed. */
  changed: (change: Change) => void
  log: Logger
  assets: Assets
  name: string
  /** Whom programs that harvest this site write to. */
  adminEmail: string
  /** Of the site's address, without a slash at the end. */
  origin: string
  timeZone: string
  now: () => Date
  /** Who looks; null for everybody who is not signed in. */
  viewer: Viewer | null
  /** How dense the device wants lists; whole stories unless it says so. */
  view?: View
}

/** Whose eyes a page is for: it says which papers they may see. */
export function audienceOf({ viewer }: Site): Audience {
  return viewer?.reader.curator ? 'curators' : 'everyone'
}

/** What it takes to compose digests as this site does. */
export function digestRoomOf({ search, taste, name, origin, pictures }: Site): DigestRoom {
  return { search, taste, site: { name, origin }, pictures }
}
