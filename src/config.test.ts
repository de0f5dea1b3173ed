import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { printConfig, readConfig, SETTINGS, type Config } from './config.ts'

function read(env: NodeJS.ProcessEnv): Config {
  const outcome = readConfig(env)
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.config
}
const reason = (env: NodeJS.ProcessEnv) => {
  const outcome = readConfig(env)
  return outcome.ok ? null : outcome.reason
}

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
    expect(reason({ SITE_NAME: 'x'.repeat(81) })).toContain('SITE_NAME must have at most 80 characters')
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

  it('are printed one a line, by the names they are set by', () => {
    const lines = printConfig(read({ PUBLIC_URL: 'https://papers.example' })).split('\n')
    expect(lines.map((line) => line.slice(0, line.indexOf('=')))).toEqual(SETTINGS)
    expect(lines).toContain('PUBLIC_URL=https://papers.example')
    expect(lines).toContain('DATABASE_URL=')
    expect(lines).toContain('PORT=3000')
  })
})
