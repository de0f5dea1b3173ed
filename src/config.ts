import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Provider } from './accounts/providers.ts'
import { parseEmailAddress, parseMailDomain } from './mail/address.ts'
import type { DkimSettings } from './mail/dkim-key.ts'
import { formatMailRates, NO_RATES, parseMailRates, type MailRates } from './mail/mail-rate.ts'
import { parseSmtpRoutes, type SmtpRoute } from './mail/smtp-routes.ts'
import { NO_HOOKS, parseBounceHooks, type BounceHooks } from './mail/bounces/hooks/settings.ts'
import { parseMailboxUrl } from './mail/bounces/mailbox-url.ts'
import type { ServiceKeys, ServiceUrls } from './sources/source-kind.ts'

const timeZone = z.string().refine((zone) => {
  // An offset (+05:30) would mean the opposite to PostgreSQL.
  if (!/^[a-z]/i.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}, 'must be an IANA time zone such as America/New_York')

const absoluteUrl = (protocols: string[], what: string) =>
  z.string().refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), what)

/** What `parse` makes of a text, which is refused where that is null. */
const parsedBy = <T>(parse: (text: string) => T | null, what: string) =>
  z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== null) return value
    context.addIssue({ code: 'custom', message: what })
    return z.NEVER
  })
const MAILBOX_URL = 'must be an IMAP URL such as imaps://user:password@host/Folder'

/** `id:secret`, as a provider of accounts gives them. */
const client = z.string().regex(/^[^\s:]+:\S+$/, 'must be the client id and its secret, as id:secret')

const schema = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a number from 0 to 65535')
    .default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL')
    .refine((text) => !/[?#]/.test(text), 'must have no query or fragment')
    .refine((text) => (URL.parse(text)?.pathname ?? '/') === '/', 'must have no path')
    .optional(),
  BROADSHEET_DATA: z.string().default('./data'),
  DATABASE_URL: absoluteUrl(
    ['postgres:', 'postgresql:'],
    'must be a PostgreSQL URL such as postgresql://user:password@host/database',
  ).optional(),
  SEARCH_URL: z
    .string()
    .refine(
      (text) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || text.startsWith('file://'),
      'must be a folder: each machine keeps an index of its own, made out of the database',
    )
    .optional(),
  EMBEDDINGS_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  EMBEDDINGS_KEY: z.string().optional(),
  EMBEDDINGS_MODEL: z.string().optional(),
  SMTP_URL: absoluteUrl(
    ['smtp:', 'smtps:'],
    'must be an SMTP URL such as smtps://user:password@host',
  ).optional(),
  MAIL_FROM: z
    .string()
    .refine((text) => parseEmailAddress(text) !== null, 'must be an email address')
    .optional(),
  MAIL_REPLY_TO: parsedBy(parseEmailAddress, 'must be an email address').optional(),
  MAIL_RATE: parsedBy(
    parseMailRates,
    'must be mails a second, in all or to a domain, such as 14 or 600/minute gmail.com=60/minute',
  ).optional(),
  SMTP_ROUTES: parsedBy(
    parseSmtpRoutes,
    'must be domains and their mail servers, such as gmail.com=smtp://user:password@relay.example:587, separated by spaces',
  ).optional(),
  DKIM_KEY_FILE: z.string().optional(),
  DKIM_DOMAIN: parsedBy(parseMailDomain, 'must be a domain such as papers.example.org').optional(),
  DKIM_SELECTOR: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i,
      'must be letters, digits and hyphens',
    )
    .optional(),
  BOUNCES_URL: absoluteUrl(['imap:', 'imaps:'], MAILBOX_URL)
    .refine((text) => parseMailboxUrl(text) !== null, MAILBOX_URL)
    .optional(),
  BOUNCE_HOOKS: z
    .string()
    .refine(
      (text) => parseBounceHooks(text) !== null,
      'must be words such as mailgun=KEY, sendgrid=PUBLIC_KEY, ses=TOPIC_ARN or postmark=SECRET, each secret of at least 16 characters',
    )
    .optional(),
  SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  CURATORS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((address) => address !== ''))
    .refine(
      (addresses) => addresses.every((address) => parseEmailAddress(address) !== null),
      'must be email addresses, separated by commas',
    )
    .default([]),
  ORCID_CLIENT: client.optional(),
  ORCID_ISSUER: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  GITHUB_CLIENT: client.optional(),
  OIDC_ISSUER: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  OIDC_CLIENT: client.optional(),
  OIDC_NAME: z.string().trim().max(40, 'can have up to 40 characters').optional(),
  ARXIV_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  DOI_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  ARXIV_RSS_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  ARXIV_OAI_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  ARXIV_LIST_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  BIORXIV_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  EUROPEPMC_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  HF_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  OPENALEX_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  CROSSREF_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  SEMANTICSCHOLAR_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  GITHUB_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  ZOTERO_URL: absoluteUrl(['http:', 'https:'], 'must be an absolute http or https URL').optional(),
  OPENALEX_KEY: z.string().optional(),
  SEMANTICSCHOLAR_KEY: z.string().optional(),
  GITHUB_TOKEN: z.string().optional(),
  CONTACT: z
    .string()
    .refine((text) => parseEmailAddress(text) !== null, 'must be an email address')
    .optional(),
  PICTURES: z.enum(['on', 'off']).default('on'),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  SITE_NAME: z.string().trim().max(80, 'can have up to 80 characters').default('Broadsheet'),
  SITE_TIMEZONE: timeZone.default('America/New_York'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

const ARXIV_URL = 'https://export.arxiv.org'

/** What an operator can set, by the names of the environment variables. */
export const SETTINGS = Object.keys(schema.shape) as (keyof typeof schema.shape)[]

/** The settings in force. */
export type Config = {
  port: number
  host: string
  /** Without a slash at the end; null: links are made with the address the server listens on. */
  publicUrl: string | null
  /** Absolute. */
  dataFolder: string
  /** null: the PostgreSQL in the data folder. */
  databaseUrl: string | null
  /** Where the search index is kept. Absolute. */
  searchFolder: string
  /** null: the model that comes with Broadsheet. Without a slash at the end. */
  embeddingsUrl: string | null
  embeddingsKey: string | null
  /** `none` switches embeddings off; null: the server's first. */
  embeddingsModel: string | null
  /** null: mail is written to the outbox in the data folder. */
  smtpUrl: string | null
  /** null: no-reply at the host of the site. */
  mailFrom: string | null
  /** Where answers to mails go; null: to where they come from. */
  mailReplyTo: string | null
  /** How fast mail may go. */
  mailRate: MailRates
  /** Mail servers for single domains, beside the one at `smtpUrl`. */
  smtpRoutes: SmtpRoute[]
  /** How mail is signed; null: it is not. */
  dkim: DkimSettings | null
  /** The folder that reports of bounces and complaints come to; null: none is read. */
  bouncesUrl: string | null
  /** The senders of mail that report bounces to us, and how they show who they are. */
  bounceHooks: BounceHooks
  /** null: kept in the data folder. */
  secret: string | null
  /** Addresses, in lower case. */
  curators: string[]
  /** Where readers may have accounts to sign in with. */
  providers: Provider[]
  /** Where single papers are looked up. Without a slash at the end. */
  arxivUrl: string
  doiUrl: string
  /** Where the services are that papers and facts about them come from, without a slash at the end. */
  services: ServiceUrls
  /** What some of them ask for, or give more to. */
  keys: ServiceKeys
  /** Whom these services can write to; null: nobody is named. */
  contact: string | null
  /** Whether the first figures of papers are shown where their licences allow it. */
  pictures: boolean
  /** Who asks for the metrics from another machine has to send this; null: only this machine may. */
  metricsToken: string | null
  siteName: string
  siteTimeZone: string
  logLevel: z.infer<typeof schema>['LOG_LEVEL']
}

export type ConfigOutcome = { ok: true; config: Config } | { ok: false; reason: string }

/**
 * Reads the settings from a file and the environment, the only place that does; the environment has the last word. The
 * file is the one given or, where there is one, `settings.env` in the data folder. An empty value counts as absent.
 */
export function readConfig({
  env = process.env,
  file = null,
}: { env?: NodeJS.ProcessEnv; file?: string | null } = {}): ConfigOutcome {
  const named = (from: NodeJS.ProcessEnv) =>
    Object.fromEntries(
      SETTINGS.flatMap((name) => {
        const value = from[name]?.trim() ?? ''
        return value === '' ? [] : [[name, value]]
      }),
    )
  const fromFile = readSettingsFile(file, { dataFolder: env['BROADSHEET_DATA']?.trim() || './data' })
  if (!fromFile.ok) return fromFile
  const given = { ...named(fromFile.settings), ...named(env) }
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const name = String(issue?.path[0])
    const message =
      issue?.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : issue?.message
    return { ok: false, reason: `${name} ${message}${isSecret(name) ? '' : `, not "${given[name]}"`}.` }
  }
  const settings = parsed.data
  if ((settings.OIDC_ISSUER === undefined) !== (settings.OIDC_CLIENT === undefined))
    return { ok: false, reason: 'OIDC_ISSUER and OIDC_CLIENT must be set together.' }
  const dkim = [settings.DKIM_KEY_FILE, settings.DKIM_DOMAIN, settings.DKIM_SELECTOR]
  if (dkim.includes(undefined) && dkim.some((value) => value !== undefined))
    return { ok: false, reason: 'DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR must be set together.' }
  if (settings.SMTP_ROUTES !== undefined && settings.SMTP_URL === undefined)
    return {
      ok: false,
      reason: 'SMTP_ROUTES needs SMTP_URL, the server for mail to all other domains.',
    }
  return {
    ok: true,
    config: {
      port: settings.PORT,
      host: settings.HOST,
      publicUrl: settings.PUBLIC_URL ? new URL(settings.PUBLIC_URL).origin : null,
      dataFolder: resolve(settings.BROADSHEET_DATA),
      databaseUrl: settings.DATABASE_URL ?? null,
      searchFolder: searchFolder(settings),
      embeddingsUrl: withoutSlash(settings.EMBEDDINGS_URL),
      embeddingsKey: settings.EMBEDDINGS_KEY ?? null,
      embeddingsModel: settings.EMBEDDINGS_MODEL ?? null,
      smtpUrl: settings.SMTP_URL ?? null,
      mailFrom: settings.MAIL_FROM ?? null,
      mailReplyTo: settings.MAIL_REPLY_TO ?? null,
      mailRate: settings.MAIL_RATE ?? NO_RATES,
      smtpRoutes: settings.SMTP_ROUTES ?? [],
      dkim: dkimIn(settings),
      bouncesUrl: settings.BOUNCES_URL ?? null,
      bounceHooks: parseBounceHooks(settings.BOUNCE_HOOKS ?? '') ?? NO_HOOKS,
      secret: settings.SECRET ?? null,
      curators: settings.CURATORS.flatMap((address) => parseEmailAddress(address) ?? []),
      providers: providersIn(settings),
      arxivUrl: withoutSlash(settings.ARXIV_URL) ?? ARXIV_URL,
      doiUrl: withoutSlash(settings.DOI_URL) ?? 'https://doi.org',
      services: servicesIn(settings),
      keys: {
        openalex: settings.OPENALEX_KEY ?? null,
        semanticScholar: settings.SEMANTICSCHOLAR_KEY ?? null,
        github: settings.GITHUB_TOKEN ?? null,
      },
      contact: settings.CONTACT ?? null,
      pictures: settings.PICTURES === 'on',
      metricsToken: settings.METRICS_TOKEN ?? null,
      siteName: settings.SITE_NAME,
      siteTimeZone: settings.SITE_TIMEZONE,
      logLevel: settings.LOG_LEVEL,
    },
  }
}

function dkimIn({
  DKIM_KEY_FILE: keyFile,
  DKIM_DOMAIN: domain,
  DKIM_SELECTOR: selector,
}: z.infer<typeof schema>): DkimSettings | null {
  if (keyFile === undefined || domain === undefined || selector === undefined) return null
  return { keyFile: resolve(keyFile), domain, selector }
}

function servicesIn(settings: z.infer<typeof schema>): ServiceUrls {
  return {
    arxivRss: withoutSlash(settings.ARXIV_RSS_URL) ?? 'https://rss.arxiv.org',
    arxivOai: withoutSlash(settings.ARXIV_OAI_URL) ?? 'https://oaipmh.arxiv.org/oai',
    arxivApi: withoutSlash(settings.ARXIV_URL) ?? ARXIV_URL,
    arxivPages: withoutSlash(settings.ARXIV_LIST_URL) ?? 'https://arxiv.org',
    biorxiv: withoutSlash(settings.BIORXIV_URL) ?? 'https://api.biorxiv.org',
    europePmc: withoutSlash(settings.EUROPEPMC_URL) ?? 'https://www.ebi.ac.uk/europepmc/webservices/rest',
    huggingFace: withoutSlash(settings.HF_URL) ?? 'https://huggingface.co',
    openalex: withoutSlash(settings.OPENALEX_URL) ?? 'https://api.openalex.org',
    crossref: withoutSlash(settings.CROSSREF_URL) ?? 'https://api.crossref.org',
    semanticScholar: withoutSlash(settings.SEMANTICSCHOLAR_URL) ?? 'https://api.semanticscholar.org',
    github: withoutSlash(settings.GITHUB_URL) ?? 'https://api.github.com',
    zotero: withoutSlash(settings.ZOTERO_URL) ?? 'https://api.zotero.org',
  }
}

type SettingsFile = { ok: true; settings: NodeJS.Dict<string> } | { ok: false; reason: string }

/** The settings in a file of lines `NAME=value`. Whatever could be meant otherwise is refused, with its line. */
function readSettingsFile(file: string | null, { dataFolder }: { dataFolder: string }): SettingsFile {
  if (file === '') return { ok: false, reason: '--config needs the name of a file.' }
  const path = file ?? join(dataFolder, 'settings.env')
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // No data folder yet, or none that holds settings.
    if (file === null && (code === 'ENOENT' || code === 'ENOTDIR')) return { ok: true, settings: {} }
    const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code
    return { ok: false, reason: `The settings in ${path} cannot be read (${why}).` }
  }
  if (!isUtf8(bytes) || bytes.includes(0))
    return { ok: false, reason: `The settings in ${path} cannot be read: save the file as UTF-8.` }
  const settings: NodeJS.Dict<string> = {}
  const lines = String(bytes)
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
  for (const [i, line] of lines.entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue
    const refused = (why: string) => ({ ok: false, reason: `${path}, line ${i + 1}${why}` }) as const
    const [, name, text] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/.exec(line) ?? []
    if (name === undefined || text === undefined) return refused(' is not a setting: write NAME=value.')
    // Variables for Node.js itself may be in the file of a service.
    if (!(SETTINGS as string[]).includes(name) && !name.startsWith('NODE_'))
      return refused(`: there is no setting ${name}.`)
    if (name === 'BROADSHEET_DATA' && file === null)
      return refused(
        ': BROADSHEET_DATA says where this file is. Set it in the environment, or in a file named by --config.',
      )
    const value = settingIn(text)
    if (value === null)
      return refused(`: the quotation marks of ${name} do not match. Put its value between one pair of them.`)
    settings[name] = value
  }
  return { ok: true, settings }
}

/**
 * What is meant by the text after `NAME=`, as shells and systemd understand it: all of it up to a comment, which a space
 * comes before, or what is between quotation marks. null when these do not match.
 */
function settingIn(text: string): string | null {
  const quoted = /^\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|`([^`]*)`)\s*(?:#.*)?$/.exec(text)
  if (quoted) return quoted[1]?.replaceAll(/\\(["\\])/g, '$1') ?? quoted[2] ?? quoted[3] ?? ''
  return /^\s*["'`]/.test(text) ? null : text.replace(/(?:\s#|^#\s).*$/, '').trim()
}

function withoutSlash(url: string | undefined): string | null {
  return url?.replace(/\/+$/, '') ?? null
}

function providersIn(settings: z.infer<typeof schema>): Provider[] {
  const made = (
    id: Provider['id'],
    name: string,
    issuer: string | null,
    given: string | undefined,
  ): Provider[] => {
    if (given === undefined) return []
    const at = given.indexOf(':')
    return [{ id, name, issuer, clientId: given.slice(0, at), clientSecret: given.slice(at + 1) }]
  }
  const issuer = withoutSlash(settings.OIDC_ISSUER)
  return [
    ...made(
      'orcid',
      'ORCID',
      withoutSlash(settings.ORCID_ISSUER) ?? 'https://orcid.org',
      settings.ORCID_CLIENT,
    ),
    ...made('github', 'GitHub', null, settings.GITHUB_CLIENT),
    ...made(
      'oidc',
      settings.OIDC_NAME ?? URL.parse(issuer ?? '')?.hostname ?? '',
      issuer,
      settings.OIDC_CLIENT,
    ),
  ]
}

function searchFolder({
  SEARCH_URL: given,
  BROADSHEET_DATA: data,
}: {
  SEARCH_URL?: string | undefined
  BROADSHEET_DATA: string
}): string {
  if (given === undefined) return resolve(data, 'search')
  return given.startsWith('file://') ? fileURLToPath(given) : resolve(given)
}

/** The settings in force as lines `NAME=value`, secrets masked. */
export function printConfig(config: Config): string {
  const values: Record<(typeof SETTINGS)[number], string | number | null> = {
    PORT: config.port,
    HOST: config.host,
    PUBLIC_URL: config.publicUrl,
    BROADSHEET_DATA: config.dataFolder,
    DATABASE_URL: config.databaseUrl && maskUrl(config.databaseUrl),
    SEARCH_URL: config.searchFolder,
    EMBEDDINGS_URL: config.embeddingsUrl && maskUrl(config.embeddingsUrl),
    EMBEDDINGS_KEY: config.embeddingsKey && '***',
    EMBEDDINGS_MODEL: config.embeddingsModel,
    SMTP_URL: config.smtpUrl && maskUrl(config.smtpUrl),
    MAIL_FROM: config.mailFrom,
    MAIL_REPLY_TO: config.mailReplyTo,
    MAIL_RATE: formatMailRates(config.mailRate),
    SMTP_ROUTES: config.smtpRoutes.map(({ domain, url }) => `${domain}=${maskUrl(url)}`).join(' '),
    DKIM_KEY_FILE: config.dkim?.keyFile ?? null,
    DKIM_DOMAIN: config.dkim?.domain ?? null,
    DKIM_SELECTOR: config.dkim?.selector ?? null,
    BOUNCES_URL: config.bouncesUrl && maskUrl(config.bouncesUrl),
    BOUNCE_HOOKS: maskedHooks(config.bounceHooks),
    SECRET: config.secret && '***',
    CURATORS: config.curators.join(','),
    ORCID_CLIENT: maskedClient(config, 'orcid'),
    ORCID_ISSUER: config.providers.find(({ id }) => id === 'orcid')?.issuer ?? null,
    GITHUB_CLIENT: maskedClient(config, 'github'),
    OIDC_ISSUER: config.providers.find(({ id }) => id === 'oidc')?.issuer ?? null,
    OIDC_CLIENT: maskedClient(config, 'oidc'),
    OIDC_NAME: config.providers.find(({ id }) => id === 'oidc')?.name ?? null,
    ARXIV_URL: config.arxivUrl,
    DOI_URL: config.doiUrl,
    ARXIV_RSS_URL: config.services.arxivRss,
    ARXIV_OAI_URL: config.services.arxivOai,
    ARXIV_LIST_URL: config.services.arxivPages,
    BIORXIV_URL: config.services.biorxiv,
    EUROPEPMC_URL: config.services.europePmc,
    HF_URL: config.services.huggingFace,
    OPENALEX_URL: config.services.openalex,
    CROSSREF_URL: config.services.crossref,
    SEMANTICSCHOLAR_URL: config.services.semanticScholar,
    GITHUB_URL: config.services.github,
    ZOTERO_URL: config.services.zotero,
    OPENALEX_KEY: config.keys.openalex && '***',
    SEMANTICSCHOLAR_KEY: config.keys.semanticScholar && '***',
    GITHUB_TOKEN: config.keys.github && '***',
    CONTACT: config.contact,
    PICTURES: config.pictures ? 'on' : 'off',
    METRICS_TOKEN: config.metricsToken && '***',
    SITE_NAME: config.siteName,
    SITE_TIMEZONE: config.siteTimeZone,
    LOG_LEVEL: config.logLevel,
  }
  return SETTINGS.map((name) => `${name}=${values[name] ?? ''}`).join('\n')
}

function maskedClient({ providers }: Config, provider: Provider['id']): string | null {
  const found = providers.find(({ id }) => id === provider)
  return found ? `${found.clientId}:***` : null
}

function maskedHooks({ mailgun, sendgrid, ses, postmark }: BounceHooks): string {
  return [
    ...(mailgun === null ? [] : ['mailgun=***']),
    ...(sendgrid === null ? [] : ['sendgrid=***']),
    ...ses.map((topic) => `ses=${topic}`),
    ...(postmark === null ? [] : ['postmark=***']),
  ].join(' ')
}

/** A URL with its password, and whatever its query says, hidden. */
function maskUrl(text: string): string {
  const url = new URL(text)
  if (url.password) url.password = '***'
  for (const name of url.searchParams.keys().toArray())
    if (/pass|key|secret/i.test(name)) url.searchParams.set(name, '***')
  return url.href
}

function isSecret(name: string): boolean {
  const secrets = [
    'DATABASE_URL',
    'SMTP_URL',
    'SMTP_ROUTES',
    'BOUNCES_URL',
    'BOUNCE_HOOKS',
    'EMBEDDINGS_URL',
    'SECRET',
  ]
  return secrets.includes(name) || /_(?:CLIENT|KEY|TOKEN)$/.test(name)
}
