import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithDatabase } from '../../test/database.ts'
import { stated } from '../../test/papers.ts'
import { pythonWith } from '../../test/python.ts'
import { signIn } from '../../test/readers.ts'
import { NOON, openSite } from '../../test/site.ts'
import { listenWith } from '../../test/security/listen.fixture.ts'
import { writeComment } from '../discussion/comments.ts'
import { findPaper } from '../papers/find.ts'
import { castVote } from '../ranking/votes.ts'
import { pickPaper } from '../shelves/picks.ts'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'

const run = promisify(execFile)
const python = await pythonWith(['huggingface_hub==2.4.0'])
if (python === null)
  console.warn('The client of daily papers is not tested: there is no Python to run it with.')
const tester = await pythonWith(['schemathesis==4.32.5'])
if (tester === null)
  console.warn('The description of the API is not tested against the API: there is no Python for it.')

const FUZZ_RUNS = process.env['FUZZ_RUNS']

describeWithDatabase('the official client of daily papers', (db) => {
  let home = ''
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'broadsheet-hub-'))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  async function serve() {
    const opened = openSite(db())
    await opened.record([
      stated(['2601.00001', 'doi/10.5555/tides'], {
        title: 'Tides in a channel',
        abstract: 'We measure tides with a model of $x^2$.',
        synopsis: 'Tides, measured.',
        authors: [{ name: 'Iris Sand' }, { name: 'Ada Quill' }],
        published: { precision: 'time', value: '2026-01-14T09:30:00.000Z' },
        listing: { date: '2026-01-14' },
        categories: ['cs.CL'],
        primaryCategory: 'cs.CL',
        links: [
          { kind: 'code', url: 'https://github.com/tides/channel' },
          { kind: 'project', url: 'https://tides.github.io/channel' },
          { kind: 'model', url: 'https://huggingface.co/tides/channel-model' },
        ],
        stars: { total: 42, observedAt: '2026-01-15T00:00:00.000Z', since: '2026-01-14T00:00:00.000Z' },
      }),
      stated('2601.00002', {
        title: 'Sand and currents',
        published: { value: '2026-01-15', precision: 'day' },
        listing: { date: '2026-01-15' },
      }),
      stated('hep-th/9901001', { title: 'Strings' }),
    ])
    const paper = await findPaper(db(), { scheme: 'arxiv', value: '2601.00001' }, { seenBy: 'program' })
    if (!paper) throw new Error('the paper is not there')
    const { reader } = await signIn(db(), { name: 'Bo' })
    const { reader: cora } = await signIn(db(), { name: 'Cora', curator: true })
    await castVote(db(), { paperId: paper.id, voter: reader, now: NOON })
    await writeComment(db(), { paperId: paper.id, parentId: null, reader, body: 'High tide.', now: NOON })
    await pickPaper(db(), { paperId: paper.id, curator: cora, note: '', now: NOON })
    const { server, port } = await listenWith(opened)
    opened.site.origin = `http://127.0.0.1:${port}`
    return { server, origin: opened.site.origin }
  }

  const environment = (origin: string) => ({
    PATH: process.env['PATH'],
    HOME: home,
    HF_HOME: home,
    HF_ENDPOINT: origin,
    // What lets its reader in at the service that it is made for, which it sends here too.
    HF_TOKEN: 'hf_of_another_service',
    HF_HUB_DISABLE_TELEMETRY: '1',
    NO_COLOR: '1',
  })

  it.skipIf(python === null)('reads every field of lists, searches and papers', async () => {
    const { server, origin } = await serve()
    try {
      const script = join(PACKAGE_ROOT, 'src', 'api', 'testing', 'with_huggingface_hub.py')
      const { stdout } = await run(
        python ?? '',
        [script, '2601.00001', 'hep-th/9901001', 'tides channel', 'Cora'],
        { env: environment(origin), timeout: 60_000 },
      )
      const told = JSON.parse(stdout) as Record<string, unknown> & { info: Record<string, unknown> }
      const facts = {
        id: '2601.00001',
        authors: ['Iris Sand', 'Ada Quill'],
        title: 'Tides in a channel',
        summary: 'We measure tides with a model of $x^2$.',
        published_at: '2026-01-14 09:30:00+00:00',
        submitted_at: '2026-01-14 00:00:00+00:00',
        upvotes: 1,
        comments: 1,
        source: 'arxiv',
        ai_summary: 'Tides, measured.',
        ai_keywords: ['Computation and Language'],
        github_repo: 'https://github.com/tides/channel',
        github_stars: 42,
        project_page: 'https://tides.github.io/channel',
        submitted_by: { username: 'Cora', fullname: 'Cora', avatar_url: `${origin}/favicon.svg` },
        discussion_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      }
      expect(told).toMatchObject({
        day: [facts],
        week: ['2601.00002'],
        second: ['2601.00001'],
        month: ['2601.00001', '2601.00002'],
        picked: ['2601.00001'],
        info: { ...facts, linked_models: ['tides/channel-model'], num_total_models: 1 },
        old: 'hep-th/9901001',
        text: expect.stringContaining('# Tides in a channel') as string,
        unknown: 404,
      })
      expect((told['found'] as unknown[])[0]).toMatchObject(facts)
    } finally {
      server.close()
    }
  })

  it.skipIf(python === null)('serves its commands', async () => {
    const { server, origin } = await serve()
    const hf = async (...argv: string[]) =>
      run(python ?? '', ['-c', 'from huggingface_hub.cli.hf import main; main()', 'papers', ...argv], {
        env: environment(origin),
        timeout: 60_000,
      }).then(
        ({ stdout }) => stdout,
        (error: { stderr: string }) => error.stderr,
      )
    try {
      const [list, found, info, text, unknown] = await Promise.all([
        hf('ls', '--date', '2026-01-14'),
        hf('search', 'tides', '--format', 'json'),
        hf('info', '2601.00001'),
        hf('read', '2601.00001'),
        hf('info', '2601.99999'),
      ])
      expect(list).toMatch(/2601\.00001 +Tides in a channel +1 +1 +2026-01-14 +Cora/)
      expect(JSON.parse(found)).toMatchObject([{ id: '2601.00001' }])
      expect(JSON.parse(info)).toMatchObject({ title: 'Tides in a channel', upvotes: 1 })
      expect(text).toContain('## Abstract')
      expect(unknown).toContain('not found')
    } finally {
      server.close()
    }
  })

  it.skipIf(tester === null)(
    'finds the API as it is described, whatever is asked',
    async () => {
      const { server, origin } = await serve()
      try {
        const found = await run(
          tester ?? '',
          [
            '-m',
            'schemathesis.cli',
            'run',
            `${origin}/openapi.json`,
            '--no-color',
            // The edges of every schema; with FUZZ_RUNS, as many examples besides.
            ...(FUZZ_RUNS === undefined
              ? ['--phases', 'coverage']
              : ['--phases', 'coverage,fuzzing', '--max-examples', FUZZ_RUNS]),
          ],
          { cwd: home, env: { PATH: process.env['PATH'], HOME: home }, timeout: 280_000 },
        ).then(
          ({ stdout }) => ({ failed: false, stdout }),
          (error: { stdout: string; stderr: string }) => ({
            failed: true,
            stdout: error.stdout + error.stderr,
          }),
        )
        expect(found.failed, found.stdout.slice(-6_000)).toBe(false)
        expect(found.stdout).toMatch(/\d+ generated, \d+ passed/)
      } finally {
        server.close()
      }
    },
    300_000,
  )
})
