import { z } from 'zod'
import { ServiceAway } from '../../outgoing/client.ts'
import type { HarvestedPaper } from '../../papers/harvested-paper.ts'
import { answerText } from '../answer-text.ts'
import { budgetOf, factsOneByOne, identifierOf, type AskedPaper, type FactService } from '../facts.ts'
import { GITHUB } from '../services.ts'
import {
  SourceTrouble,
  type HarvestPage,
  type ServiceKeys,
  type SourceKind,
  type TaskRun,
} from '../source-kind.ts'

/** GitHub answers 5,000 requests an hour to those with a token, and 60 to others. */
function serviceWith({ github: token }: ServiceKeys): FactService {
  return { service: 'github', which: 'repository', perDay: token === null ? 1_000 : 20_000, atOnce: 50 }
}
/** As it wants to be left alone at least where it does not say for how long. */
const LEAST_PAUSE_MS = 60_000

const settings = z.object({})
type Settings = z.infer<typeof settings>

const repositorySchema = z.object({ stargazers_count: z.number().int().nonnegative() })

/** GitHub: the stars of the repositories that papers here link to, and how they grow. */
export const github: SourceKind<Settings> = {
  kind: 'github',
  title: 'GitHub',
  about: 'Stars of the repositories that papers here link to: new ones count as attention.',
  settings,
  options: [],
  describe: () => '',
  budget: (db, { now, keys }) => budgetOf(db, serviceWith(keys), { now }),
  tasks: [
    {
      name: 'facts',
      schedule: { pattern: '*/15 * * * *', timeZone: 'UTC', spreadMs: 5 * 60_000 },
      silentAfterHours: 48,
      harvest: harvestStars,
    },
  ],
  async *reread() {},
}

function harvestStars(run: TaskRun<Settings>): AsyncGenerator<HarvestPage> {
  return factsOneByOne(run, serviceWith(run.keys), async (paper) => {
    const repository = repositoryOf(paper)
    if (repository === null) return { outcomes: [] }
    const { stars, etag } = await askForStars(run, repository, paper.etag)
    const statement = stars === undefined ? null : statementOf(paper, stars, run.now())
    return { outcomes: statement ? [{ ok: true, position: repository, paper: statement }] : [], etag }
  })
}

/** `owner/name` of the first repository at GitHub. */
function repositoryOf({ repositories }: AskedPaper): string | null {
  for (const link of repositories) {
    const [, owner, name] = /^https?:\/\/(?:www\.)?github\.com\/([\w.-]+)\/([\w.-]+)/i.exec(link) ?? []
    if (owner !== undefined && name !== undefined) return `${owner}/${name}`
  }
  return null
}

/** `stars` is left out where nothing has changed, or the repository is gone. */
async function askForStars(
  { client, urls, keys, now, signal }: TaskRun<Settings>,
  repository: string,
  etag: string | null,
): Promise<{ stars?: number; etag: string | null }> {
  const url = new URL(`${urls.github}/repos/${repository}`)
  const { status, headers, body } = await client.request(GITHUB, url, {
    headers: {
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
      ...(keys.github !== null && { authorization: `Bearer ${keys.github}` }),
      // An unchanged answer does not count against the limit.
      ...(etag !== null && { 'if-none-match': etag }),
    },
    signal,
  })
  if (status === 304) return { etag }
  if (status === 403 && headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset'] ?? 0) * 1_000
    const retryAt = reset > now().getTime() ? new Date(reset) : null
    throw new ServiceAway('GitHub’s limit for this hour is reached', retryAt)
  }
  // Its secondary limits.
  const retryAfterMs = Number(headers['retry-after']) * 1_000
  if (status === 403 && retryAfterMs > 0)
    throw new ServiceAway('GitHub has asked to be left alone', new Date(now().getTime() + retryAfterMs))
  if (status === 403 && /rate limit/i.test(body.subarray(0, 2_000).toString('utf8')))
    throw new ServiceAway('GitHub has asked to be left alone', new Date(now().getTime() + LEAST_PAUSE_MS))
  // What is blocked is as good as gone.
  if (status === 403 && /access blocked/i.test(body.subarray(0, 2_000).toString('utf8')))
    return { etag: null }
  if (status === 404 || status === 410 || status === 451) return { etag: null }
  if (status !== 200) throw new SourceTrouble(`GitHub answered with status ${status}.`)
  let json: unknown = null
  try {
    json = JSON.parse((await answerText(body, { most: 2_000_000 })) ?? '')
  } catch {
    // What is no JSON has no stars either.
  }
  const parsed = repositorySchema.safeParse(json)
  if (!parsed.success) throw new SourceTrouble('GitHub answered in another form than expected.')
  return { stars: parsed.data.stargazers_count, etag: headers.etag ?? null }
}

function statementOf(paper: AskedPaper, stars: number, now: Date): HarvestedPaper | null {
  const identifier = identifierOf(paper)
  if (identifier === null) return null
  const observedAt = now.toISOString()
  return {
    source: 'github',
    identifiers: [identifier],
    asOf: observedAt,
    title: paper.title,
    stars: { total: stars, observedAt, since: observedAt },
  }
}
