import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { printConfig, readConfig, SETTINGS, type Config } from './config.ts'

function read(env: NodeJS.ProcessEnv): Config {
  const outcome = readConfig({ env })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.config
}
const reason = (env: NodeJS.ProcessEnv) => {
  const outcome = readConfig({ env })
  return outcome.ok ? null : outcome.reason
}

const SERVICES = [
  ['ARXIV_RSS_URL', 'arxivRss'],
  ['ARXIV_OAI_URL', 'arxivOai'],
  ['ARXIV_LIST_URL', 'arxivPages'],
  ['BIORXIV_URL', 'biorxiv'],
  ['EUROPEPMC_URL', 'europePmc'],
  ['HF_URL', 'huggingFace'],
  ['OPENALEX_URL', 'openalex'],
  ['CROSSREF_URL', 'crossref'],
  ['SEMANTICSCHOLAR_URL', 'semanticScholar'],
  ['GITHUB_URL', 'github'],
  ['ZOTERO_URL', 'zotero'],
] as const

describe('the settings', () => {
  it('can all be left out', () => {
    const config = read({})
    expect(config).toEqual({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      dataFolder: resolve('data'),
      databaseUrl: null,
      searchFolder: resolve('data', 'search'),
      embeddingsUrl: null,
      embeddingsKey: null,
      embeddingsModel: null,
      smtpUrl: null,
      mailFrom: null,
      mailReplyTo: null,
      mailRate: { all: null, domains: new Map() },
      smtpRoutes: [],
      dkim: null,
      bouncesUrl: null,
      bounceHooks: { mailgun: null, sendgrid: null, ses: [], postmark: null },
      secret: null,
      curators: [],
      providers: [],
      arxivUrl: 'https://export.arxiv.org',
      doiUrl: 'https://doi.org',
      services: {
        arxivRss: 'https://rss.arxiv.org',
        arxivOai: 'https://oaipmh.arxiv.org/oai',
        arxivPages: 'https://arxiv.org',
        biorxiv: 'https://api.biorxiv.org',
        europePmc: 'https://www.ebi.ac.uk/europepmc/webservices/rest',
        huggingFace: 'https://huggingface.co',
        openalex: 'https://api.openalex.org',
        crossref: 'https://api.crossref.org',
        semanticScholar: 'https://api.semanticscholar.org',
        github: 'https://api.github.com',
        zotero: 'https://api.zotero.org',
        arxivApi: 'https://export.arxiv.org',
      },
      keys: { openalex: null, semanticScholar: null, github: null },
      contact: null,
      pictures: true,
      metricsToken: null,
      readerToken: null,
      siteName: 'Broadsheet',
      siteTimeZone: 'America/New_York',
      logLevel: 'info',
    })
    expect(read(Object.fromEntries(SETTINGS.map((name) => [name, ' '])))).toEqual(config)
    expect(read({ PATH: '/bin', TITLE: 'x' })).toEqual(config)
  })

  it('are taken as given', () => {
    expect(
      read({
        PORT: ' 8080 ',
        HOST: '0.0.0.0',
        PUBLIC_URL: 'https://Papers.Example:443/',
        BROADSHEET_DATA: '/srv/papers',
        DATABASE_URL: 'postgresql:///papers?host=/run/postgresql',
        SEARCH_URL: 'file:///var/index',
        EMBEDDINGS_URL: 'https://models.example/v1/',
        EMBEDDINGS_KEY: 'k',
        EMBEDDINGS_MODEL: 'large',
        SMTP_URL: 'smtps://broadsheet:hush@mail.example:465',
        MAIL_FROM: 'papers@papers.example',
        MAIL_REPLY_TO: 'Desk@Papers.Example',
        MAIL_RATE: '600/minute, gmail.com=60/minute',
        SMTP_ROUTES: 'GMail.com=smtp://us:hush@relay.example:587 uni.example=smtps://mail.uni.example',
        DKIM_KEY_FILE: '/etc/broadsheet/dkim.pem',
        DKIM_DOMAIN: 'Papers.Example',
        DKIM_SELECTOR: 'papers2026',
        BOUNCES_URL: 'imaps://bounces:hush@mail.example/Bounces',
        BOUNCE_HOOKS: 'mailgun=a-key-of-mailgun ses=arn:aws:sns:eu-west-1:123456789012:bounces',
        SECRET: 'thirty-two characters, or some more',
        CURATORS: 'AK@papers.example, bea@papers.example',
        ORCID_CLIENT: 'APP-1:hush:hush',
        OIDC_ISSUER: 'https://login.uni.example/',
        OIDC_CLIENT: 'us:hush',
        ARXIV_URL: 'https://mirror.example/arxiv/',
        DOI_URL: 'https://doi.example',
        ...Object.fromEntries(SERVICES.map(([name, key]) => [name, `https://${key.toLowerCase()}.example/`])),
        GITHUB_TOKEN: 'gt',
        SEMANTICSCHOLAR_KEY: 'sk',
        OPENALEX_KEY: 'ok',
        CONTACT: 'desk@papers.example',
        PICTURES: 'off',
        METRICS_TOKEN: 'sixteen characters',
        BROADSHEET_TOKEN: 'bs_secret',
        SITE_NAME: 'Tide Lines',
        SITE_TIMEZONE: 'Asia/Kolkata',
        LOG_LEVEL: 'warn',
      }),
    ).toEqual({
      port: 8080,
      host: '0.0.0.0',
      publicUrl: 'https://papers.example',
      dataFolder: '/srv/papers',
      databaseUrl: 'postgresql:///papers?host=/run/postgresql',
      searchFolder: '/var/index',
      embeddingsUrl: 'https://models.example/v1',
      embeddingsKey: 'k',
      embeddingsModel: 'large',
      smtpUrl: 'smtps://broadsheet:hush@mail.example:465',
      mailFrom: 'papers@papers.example',
      mailReplyTo: 'desk@papers.example',
      mailRate: { all: 10, domains: new Map([['gmail.com', 1]]) },
      smtpRoutes: [
        { domain: 'gmail.com', url: 'smtp://us:hush@relay.example:587' },
        { domain: 'uni.example', url: 'smtps://mail.uni.example' },
      ],
      dkim: { keyFile: '/etc/broadsheet/dkim.pem', domain: 'papers.example', selector: 'papers2026' },
      bouncesUrl: 'imaps://bounces:hush@mail.example/Bounces',
      bounceHooks: {
        mailgun: 'a-key-of-mailgun',
        sendgrid: null,
        ses: ['arn:aws:sns:eu-west-1:123456789012:bounces'],
        postmark: null,
      },
      secret: 'thirty-two characters, or some more',
      curators: ['ak@papers.example', 'bea@papers.example'],
      providers: [
        {
          id: 'orcid',
          name: 'ORCID',
          issuer: 'https://orcid.org',
          clientId: 'APP-1',
          clientSecret: 'hush:hush',
        },
        {
          id: 'oidc',
          name: 'login.uni.example',
          issuer: 'https://login.uni.example',
          clientId: 'us',
          clientSecret: 'hush',
        },
      ],
      arxivUrl: 'https://mirror.example/arxiv',
      doiUrl: 'https://doi.example',
      services: {
        arxivApi: 'https://mirror.example/arxiv',
        ...Object.fromEntries(SERVICES.map(([, key]) => [key, `https://${key.toLowerCase()}.example`])),
      },
      keys: { openalex: 'ok', semanticScholar: 'sk', github: 'gt' },
      contact: 'desk@papers.example',
      pictures: false,
      metricsToken: 'sixteen characters',
      readerToken: 'bs_secret',
      siteName: 'Tide Lines',
      siteTimeZone: 'Asia/Kolkata',
      logLevel: 'warn',
    })
    expect(read({ PORT: '0' }).port).toBe(0)
    expect(read({ BROADSHEET_DATA: '/srv/papers' }).searchFolder).toBe('/srv/papers/search')
    expect(read({ SITE_TIMEZONE: 'UTC' }).siteTimeZone).toBe('UTC')
  })

  it('are refused in one sentence that names the one that is wrong', () => {
    expect(reason({ PORT: '99999' })).toBe('PORT must be a number from 0 to 65535, not "99999".')
    expect(reason({ SEARCH_URL: 's3://bucket/index' })).toContain(
      'SEARCH_URL must be a folder: each machine keeps',
    )
    expect(reason({ EMBEDDINGS_URL: 'models.example' })).toBe(
      'EMBEDDINGS_URL must be an absolute http or https URL.',
    )
    expect(reason({ PORT: 'http' })).toBe('PORT must be a number from 0 to 65535, not "http".')
    expect(reason({ LOG_LEVEL: 'loud' })).toBe(
      'LOG_LEVEL must be one of trace, debug, info, warn, error, silent, not "loud".',
    )
    for (const zone of ['Mars/Olympus', '+05:30', '-0300'])
      expect(reason({ SITE_TIMEZONE: zone })).toBe(
        `SITE_TIMEZONE must be an IANA time zone such as America/New_York, not "${zone}".`,
      )
    for (const url of ['papers.example', 'ftp://papers.example', '/papers'])
      expect(reason({ PUBLIC_URL: url })).toBe(
        `PUBLIC_URL must be an absolute http or https URL, not "${url}".`,
      )
    expect(reason({ PUBLIC_URL: 'https://papers.example/site' })).toContain('must have no path')
    expect(reason({ PUBLIC_URL: 'https://papers.example/?x' })).toContain('must have no query or fragment')
    expect(reason({ SITE_NAME: 'x'.repeat(81) })).toContain('SITE_NAME can have up to 80 characters')
  })

  it('never shows a password, not even that of an address it refuses', () => {
    const wrong = reason({ DATABASE_URL: 'mysql://user:hunter2@host/papers' })
    expect(wrong).toMatch(/^DATABASE_URL must be a PostgreSQL URL such as .*\.$/)
    expect(wrong).not.toContain('hunter2')
    for (const url of [
      'postgresql://user:hunter2@host/papers',
      'postgres://user:%68unter2@host/papers?application_name=x&password=hunter2&sslkey=hunter2',
    ]) {
      const printed = printConfig(read({ DATABASE_URL: url }))
      expect(printed).toContain('DATABASE_URL=postgres')
      expect(printed).toContain('@host/papers')
      expect(printed).not.toContain('unter2')
    }
  })

  it('keep the secrets of mail, sessions and providers to themselves', () => {
    const env = {
      SMTP_URL: 'smtps://broadsheet:hunter2@mail.example',
      SMTP_ROUTES: 'gmail.com=smtp://us:hunter2@relay.example uni.example=smtp://mail.uni.example',
      BOUNCES_URL: 'imaps://broadsheet:hunter2@mail.example/Bounces',
      BOUNCE_HOOKS: 'mailgun=hunter2-of-mailgun postmark=hunter2-of-postmark',
      SECRET: 'hunter2 hunter2 hunter2 hunter2 hunter2',
      ORCID_CLIENT: 'APP-1:hunter2',
      GITHUB_CLIENT: 'us:hunter2',
      OIDC_ISSUER: 'https://login.uni.example',
      OIDC_CLIENT: 'us:hunter2',
    }
    const printed = printConfig(read(env))
    expect(printed).not.toContain('hunter2')
    expect(printed).toContain('ORCID_CLIENT=APP-1:***')
    expect(printed).toContain(
      'SMTP_ROUTES=gmail.com=smtp://us:***@relay.example uni.example=smtp://mail.uni.example',
    )
    expect(printed).toContain('BOUNCES_URL=imaps://broadsheet:***@mail.example/Bounces')
    expect(printed).toContain('BOUNCE_HOOKS=mailgun=*** postmark=***')
    expect(reason({ BOUNCES_URL: 'imaps://mail.example' })).toBe(
      'BOUNCES_URL must be an IMAP URL such as imaps://user:password@host/Folder.',
    )
    for (const wrong of [
      { SMTP_URL: 'https://user:hunter2@mail.example' },
      { SMTP_ROUTES: 'gmail.com=https://user:hunter2@mail.example' },
      { BOUNCES_URL: 'pop3://user:hunter2@mail.example' },
      { BOUNCES_URL: 'imaps://hunter2@mail.example' },
      { BOUNCE_HOOKS: 'mailgun=hunter2' },
      { SECRET: 'hunter2' },
      { GITHUB_CLIENT: 'hunter2' },
    ])
      expect(reason(wrong)).not.toContain('hunter2')
    expect(reason({ OIDC_CLIENT: 'us:hush' })).toBe('OIDC_ISSUER and OIDC_CLIENT must be set together.')
    expect(reason({ CURATORS: 'ak' })).toContain('CURATORS must be email addresses')
    expect(reason({ MAIL_FROM: 'nobody' })).toContain('MAIL_FROM must be an email address')
    expect(reason({ MAIL_REPLY_TO: 'Desk <desk@papers.example>' })).toContain(
      'MAIL_REPLY_TO must be an email address',
    )
  })

  it('of mail are refused where they are malformed or one of them lacks another', () => {
    const together = 'DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR must be set together.'
    expect(reason({ DKIM_KEY_FILE: 'dkim.pem' })).toBe(together)
    expect(reason({ DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 'a' })).toBe(together)
    const dkim = { DKIM_KEY_FILE: 'dkim.pem', DKIM_DOMAIN: 'papers.example', DKIM_SELECTOR: 'a.b-c' }
    expect(read(dkim).dkim).toEqual({
      keyFile: resolve('dkim.pem'),
      domain: 'papers.example',
      selector: 'a.b-c',
    })
    expect(reason({ ...dkim, DKIM_SELECTOR: 'a._domainkey' })).toMatch(/^DKIM_SELECTOR must be letters/)
    expect(reason({ ...dkim, DKIM_DOMAIN: 'papers' })).toMatch(/^DKIM_DOMAIN must be a domain/)
    expect(reason({ MAIL_RATE: 'fast' })).toMatch(/^MAIL_RATE must be mails a second.*, not "fast"\.$/)
    const routes = { SMTP_ROUTES: 'gmail.com=smtp://relay.example' }
    expect(reason(routes)).toBe('SMTP_ROUTES needs SMTP_URL, the server for mail to all other domains.')
    for (const wrong of ['gmail.com', 'smtp://relay.example', 'a.example=smtp://b a.example=smtp://c'])
      expect(reason({ SMTP_URL: 'smtp://mail.example', SMTP_ROUTES: wrong })).toMatch(
        /^SMTP_ROUTES must be domains/,
      )
    expect(printConfig(read({ MAIL_RATE: '600/minute, gmail.com=30/minute' }))).toContain(
      'MAIL_RATE=10 gmail.com=30/minute',
    )
  })

  it('are printed one a line, by the names they are set by', () => {
    const lines = printConfig(read({ PUBLIC_URL: 'https://papers.example' })).split('\n')
    expect(lines.map((line) => line.slice(0, line.indexOf('=')))).toEqual(SETTINGS)
    expect(lines).toContain('PUBLIC_URL=https://papers.example')
    expect(lines).toContain('DATABASE_URL=')
    expect(lines).toContain('PORT=3000')
  })
})

describe('a file of settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-settings-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const withFile = (text: string, env: NodeJS.ProcessEnv = {}) => {
    const file = join(folder, 'settings.env')
    writeFileSync(file, text)
    return readConfig({ file, env })
  }

  it('is read line by line, with comments, quotes and empty values', () => {
    const text =
      '\n# The site\nexport PORT=4000\nSITE_NAME="Tide Lines" # ours\nSMTP_URL=\nMAIL_FROM=\'a@b.example\'\r\n'
    expect(withFile(text)).toMatchObject({
      ok: true,
      config: { port: 4000, siteName: 'Tide Lines', smtpUrl: null, mailFrom: 'a@b.example' },
    })
    expect(withFile('PORT=4000\nNODE_OPTIONS=--max-old-space-size=400', { PORT: '4001' })).toMatchObject({
      config: { port: 4001 },
    })
  })

  it('has values with marks in them as they are written, and those of files from other systems', () => {
    const names: [line: string, name: string][] = [
      ['SITE_NAME=C# Weekly', 'C# Weekly'],
      ['SITE_NAME=Tide # ours', 'Tide'],
      ['SITE_NAME= #ours', 'Broadsheet'],
      ['SITE_NAME="Tide # Lines" # ours', 'Tide # Lines'],
      ['SITE_NAME="The \\"Tide\\" C:\\\\n"', 'The "Tide" C:\\n'],
      ["SITE_NAME=Ada's Papers", "Ada's Papers"],
      ['\uFEFFSITE_NAME=First', 'First'],
      ['PORT=1\rSITE_NAME=Second\r', 'Second'],
      ['export\tSITE_NAME=Third', 'Third'],
      ['SITE_NAME=Once\nSITE_NAME=Twice', 'Twice'],
    ]
    for (const [text, siteName] of names)
      expect([text, withFile(text)]).toMatchObject([text, { config: { siteName } }])
    const secret = 'half of it is before the sign#and half behind'
    expect(withFile(`SECRET=${secret}`)).toMatchObject({ config: { secret } })
  })

  it('is refused where a quotation mark has no other, where it is not UTF-8, and where it is no file', () => {
    const path = join(folder, 'settings.env')
    for (const text of ['"Tide', "'Ada's Papers'", '"Tide" Lines', '`'])
      expect(withFile(`PORT=1\nSITE_NAME=${text}\nMAIL_FROM="a@b.example"`)).toEqual({
        ok: false,
        reason: `${path}, line 2: the quotation marks of SITE_NAME do not match. Put its value between one pair of them.`,
      })
    for (const bytes of [Buffer.from('PORT=1', 'utf16le'), Buffer.from('SITE_NAME=Caf\xe9', 'latin1')]) {
      writeFileSync(path, bytes)
      expect(readConfig({ file: path, env: {} })).toEqual({
        ok: false,
        reason: `The settings in ${path} cannot be read: save the file as UTF-8.`,
      })
    }
    expect(readConfig({ file: folder, env: {} })).toMatchObject({
      reason: `The settings in ${folder} cannot be read (it is a folder).`,
    })
    expect(readConfig({ file: '', env: {} })).toMatchObject({ reason: '--config needs the name of a file.' })
  })

  it('is refused with its line when it says something that is no setting', () => {
    const path = join(folder, 'settings.env')
    expect(withFile('PORT=1\nPROT=2')).toEqual({
      ok: false,
      reason: `${path}, line 2: there is no setting PROT.`,
    })
    expect(withFile('PORT: 1')).toEqual({
      ok: false,
      reason: `${path}, line 1 is not a setting: write NAME=value.`,
    })
    expect(withFile('PORT=x')).toEqual({
      ok: false,
      reason: 'PORT must be a number from 0 to 65535, not "x".',
    })
  })

  it('is looked for in the data folder, which it cannot move', () => {
    writeFileSync(join(folder, 'settings.env'), 'PORT=4002')
    expect(readConfig({ env: { BROADSHEET_DATA: folder } })).toMatchObject({ config: { port: 4002 } })
    expect(withFile('BROADSHEET_DATA=/srv/papers')).toMatchObject({ config: { dataFolder: '/srv/papers' } })
    expect(readConfig({ env: { BROADSHEET_DATA: folder } })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('line 1: BROADSHEET_DATA says where this file is.'),
    })
    expect(readConfig({ env: { BROADSHEET_DATA: join(folder, 'none') } })).toMatchObject({ ok: true })
  })
})
