import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { identifier, stated } from '../../test/papers.ts'
import { post, signIn } from '../../test/readers.ts'
import { NOON, openSite, TIME_ZONE, wordsOf } from '../../test/site.ts'
import { findPaper } from '../papers/find.ts'
import {
  arxivEntry,
  arxivFeed,
  arxivPath,
  openRegistries,
  sends,
  type Registries,
} from '../sources/look-up/registries.fixture.ts'
import { recordHarvest } from '../sources/record-harvest.ts'
import { findIdentifierClaims } from './identifier-claims.ts'
import { acceptWaitingSubmission } from './decide-submission.ts'
import { waitingSubmissions } from './submission-lists.ts'

const VICTIM = '2601.00007'

describeWithDatabase('who binds an identifier', (db) => {
  let registries: Registries
  beforeEach(async () => {
    registries = await openRegistries()
    await sql`delete from submissions`.execute(db())
  })
  afterEach(() => registries.close())

  const open = () => {
    const sources = { arxivUrl: registries.url, doiUrl: registries.url, userAgent: 'a test' }
    return openSite(db(), { sources })
  }
  /** What the owner of a DOI has its registry say. */
  const registers = (doi: string, facts: Record<string, unknown>) =>
    registries.on(`/${doi}`, sends(JSON.stringify({ title: `Record of ${doi}`, ...facts })))
  const preprint = (...ids: string[]) => ({
    relation: { 'has-preprint': ids.map((id) => ({ 'id-type': 'doi', id })) },
  })
  /** What the authors of a paper write at arXiv. */
  const deposits = (arxivId: string, doi: string) => {
    const named = arxivEntry(arxivId).replace(
      '<author>',
      `<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">${doi}</arxiv:doi><author>`,
    )
    registries.on(arxivPath(arxivId), sends(arxivFeed(named), { type: 'application/atom+xml' }))
  }
  const submit = async (
    paper: string,
    { curator = false, createdAt }: { curator?: boolean; createdAt?: Date } = {},
  ) => {
    await sql`delete from source_turns`.execute(db())
    const { cookie } = await signIn(db(), { curator, ...(createdAt ? { createdAt } : {}) })
    const answer = await post(open().app, '/papers/submit', { paper }, { cookie })
    return [answer.status, answer.headers.get('location')]
  }
  const titleAt = async (address: string) =>
    (await findPaper(db(), identifier(address), { seenBy: 'program' }))?.title ?? null

  it('lets the record of a DOI bind that DOI, and nobody’s arXiv identifier or other DOI', async () => {
    registers('10.5555/evil', { DOI: '10.5555/victim', ...preprint('10.48550/arXiv.2601.00007') })
    expect(await submit('10.5555/evil')).toEqual([303, '/papers/doi/10.5555/evil'])
    expect(await titleAt(VICTIM)).toBeNull()
    expect(await titleAt('doi/10.5555/victim')).toBeNull()

    // Whoever the identifiers belong to has them when they come.
    deposits(VICTIM, '10.5555/victim')
    registers('10.5555/victim', {})
    expect(await submit(VICTIM)).toEqual([303, '/papers/2601.00007'])
    expect(await submit('10.5555/victim')).toEqual([303, '/papers/doi/10.5555/victim'])
    expect([
      await titleAt(VICTIM),
      await titleAt('doi/10.5555/victim'),
      await titleAt('doi/10.5555/evil'),
    ]).toEqual(['Tides of an inland sea', 'Record of 10.5555/victim', 'Record of 10.5555/evil'])
  })

  it('leaves a paper that is here as it is, whatever records claim to be it', async () => {
    await recordHarvest(db(), [stated([VICTIM, 'doi/10.5555/victim'])], { now: NOON, timeZone: TIME_ZONE })
    const before = await findPaper(db(), identifier(VICTIM), { seenBy: 'program' })
    registers('10.5555/evil', preprint('arXiv:2601.00007'))
    registers('10.5555/alias', { DOI: '10.5555/VICTIM' })
    expect(await submit('10.5555/evil')).toEqual([303, '/papers/doi/10.5555/evil'])
    expect(await submit('10.5555/alias')).toEqual([303, '/papers/doi/10.5555/alias'])
    expect(await findPaper(db(), identifier(VICTIM), { seenBy: 'program' })).toEqual(before)
    // A preprint whose authors give that DOI is another paper on arXiv.
    deposits('2601.00666', '10.5555/victim')
    expect(await submit('2601.00666')).toEqual([303, '/papers/2601.00666'])
    expect(await findPaper(db(), identifier('doi/10.5555/victim'), { seenBy: 'program' })).toEqual(before)
  })

  it('lets authors at arXiv bind no DOI that is not theirs', async () => {
    deposits('2601.00666', '10.5555/victim')
    expect(await submit('2601.00666')).toEqual([303, '/papers/2601.00666'])
    const preprintHere = await findPaper(db(), identifier('2601.00666'), { seenBy: 'program' })
    expect(preprintHere).toMatchObject({
      doi: null,
      links: [{ kind: 'paper', url: 'https://doi.org/10.5555/victim', sources: ['arxiv-atom'] }],
    })
    registers('10.5555/victim', {})
    expect(await submit('10.5555/victim')).toEqual([303, '/papers/doi/10.5555/victim'])
    expect(await titleAt('doi/10.5555/victim')).toBe('Record of 10.5555/victim')
  })

  it('shows curators who claims what, before and after they accept', async () => {
    const { site, app } = open()
    await recordHarvest(db(), [stated(VICTIM)], { now: NOON, timeZone: TIME_ZONE })
    registers('10.5555/journal', preprint('arXiv:2601.00007'))
    const answer = await submit('10.5555/journal', { createdAt: NOON })
    expect(answer).toEqual([200, null])
    const { cookie, reader } = await signIn(db(), { curator: true })
    const desk = wordsOf(await (await app.request('/desk', { headers: { cookie } })).text())
    expect(desk).toContain('Its record also names 2601.00007')

    const [waiting] = await waitingSubmissions(db(), { limit: 1 })
    await acceptWaitingSubmission(db(), {
      id: waiting?.id ?? 0,
      curatorId: reader.id,
      reason: 'Good.',
      now: NOON,
      timeZone: site.timeZone,
      writeNote: async () => {},
    })
    const journal = await findPaper(db(), identifier('doi/10.5555/journal'), { seenBy: 'program' })
    const victim = await findPaper(db(), identifier(VICTIM), { seenBy: 'program' })
    expect(await findIdentifierClaims(db(), { paperId: journal?.id ?? 0 })).toEqual([
      {
        by: 'this',
        source: 'doi',
        identifier: identifier(VICTIM),
        other: { address: VICTIM, title: `On ${VICTIM}` },
      },
    ])
    expect(await findIdentifierClaims(db(), { paperId: victim?.id ?? 0 })).toEqual([
      {
        by: 'other',
        source: 'doi',
        identifier: identifier(VICTIM),
        other: { address: 'doi/10.5555/journal', title: 'Record of 10.5555/journal' },
      },
    ])
    const pageFor = async (address: string, headers: Record<string, string>) =>
      (await app.request(`/papers/${address}`, { headers })).text()
    const page = await pageFor('doi/10.5555/journal', { cookie })
    expect(wordsOf(page)).toContain(
      'The record of this paper names the arXiv identifier 2601.00007, which belongs to On 2601.00007.',
    )
    expect(page).toContain('name="with" value="2601.00007"')
    expect(wordsOf(await pageFor(VICTIM, { cookie }))).toContain(
      'This paper’s arXiv identifier 2601.00007 also appears in the record of Record of 10.5555/journal.',
    )
    // Readers do not see what nobody has checked.
    for (const address of ['doi/10.5555/journal', VICTIM])
      expect(await pageFor(address, {})).not.toMatch(/also appears in the record|The record of this paper/)

    // Merged by a curator they are one, and no claim is left.
    const merged = await post(
      app,
      `/desk/papers/${journal?.id}/merger`,
      { with: VICTIM, reason: 'The same.' },
      { cookie },
    )
    expect(merged.status).toBe(303)
    const one = await findPaper(db(), identifier('doi/10.5555/journal'), { seenBy: 'program' })
    expect(one).toEqual(await findPaper(db(), identifier(VICTIM), { seenBy: 'program' }))
    expect(await findIdentifierClaims(db(), { paperId: one?.id ?? 0 })).toEqual([])
  })

  it('binds no more for submissions and answers that are kept from before', async () => {
    const said = stated([VICTIM, 'doi/10.5555/evil'], { source: 'doi', title: 'Evil' })
    await sql`
      insert into submissions (scheme, value, found, state, submitted_at)
      values ('doi', '10.5555/evil', ${JSON.stringify([said])}, 'waiting', ${NOON})
    `.execute(db())
    await sql`
      insert into lookups (scheme, value, asked_at, found) values ('doi', '10.5555/worse', ${NOON},
        ${JSON.stringify({ ...said, identifiers: [identifier(VICTIM), identifier('doi/10.5555/worse')] })})
    `.execute(db())
    const { reader } = await signIn(db(), { curator: true })
    const [waiting] = await waitingSubmissions(db(), { limit: 1 })
    await acceptWaitingSubmission(db(), {
      id: waiting?.id ?? 0,
      curatorId: reader.id,
      reason: 'Good.',
      now: NOON,
      timeZone: TIME_ZONE,
      writeNote: async () => {},
    })
    expect(await submit('10.5555/worse')).toEqual([303, '/papers/doi/10.5555/worse'])
    expect(await titleAt('doi/10.5555/evil')).toBe('Evil')
    expect(await titleAt(VICTIM)).toBeNull()
  })

  it('believes the files that operators import, and says nothing twice after a merge', async () => {
    registers('10.5555/journal', preprint('arXiv:2601.00007', '2601.00007v2'))
    await submit('10.5555/journal')
    await recordHarvest(db(), [stated(VICTIM)], { now: NOON, timeZone: TIME_ZONE })
    const both = stated([VICTIM, 'doi/10.5555/journal'], { source: 'bibtex' })
    await recordHarvest(db(), [both], { now: NOON, timeZone: TIME_ZONE })
    const one = await findPaper(db(), identifier(VICTIM), { seenBy: 'program' })
    expect(one?.id).toBe(
      (await findPaper(db(), identifier('doi/10.5555/journal'), { seenBy: 'program' }))?.id,
    )
    expect(await findIdentifierClaims(db(), { paperId: one?.id ?? 0 })).toEqual([])
    expect(await db().selectFrom('identifier_claims').select(['paper_id', 'value']).execute()).toEqual([
      { paper_id: one?.id, value: VICTIM },
    ])
  })
})
