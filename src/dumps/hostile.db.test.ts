import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { ZipFile } from 'yazl'
import { describeWithDatabase } from '../../test/database.ts'
import { signIn } from '../../test/readers.ts'
import { openPeopledSite } from '../../test/security/peopled-site.fixture.ts'
import { snapshot } from '../../test/security/snapshot.fixture.ts'
import { openZip } from '../db/backup/open-zip.ts'
import { dumpTo, importFrom, newDatabase } from './dumped-site.fixture.ts'
import type { DumpManifest } from './manifest.ts'
import { DumpRefused } from './read-dump.ts'
import type { DumpRecord, RecordFile } from './records.ts'

type Lines = { [F in RecordFile]: DumpRecord<F>[] }

describeWithDatabase('a dump that is not what it should be', (db) => {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-dump-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  let count = 0
  const newFile = () => join(folder, `${++count}.zip`)
  let whole: string
  beforeEach(async () => {
    await openPeopledSite(db())
    whole = newFile()
    await dumpTo(db(), whole)
  })

  async function filesOf(path: string): Promise<Map<string, string>> {
    const zip = await openZip(path)
    const files = new Map<string, string>()
    for (const [name, entry] of zip?.entries ?? [])
      files.set(name, String(await buffer((await zip?.read(entry)) as Readable)))
    zip?.close()
    return files
  }

  /** The dump with other lines, and a manifest that fits them unless it is changed too. */
  async function forged(
    change: (lines: Lines) => void,
    {
      text,
      manifest: changeManifest,
    }: {
      text?: [name: RecordFile, text: string]
      manifest?: (manifest: DumpManifest) => void
    } = {},
  ): Promise<string> {
    const files = await filesOf(whole)
    const names = [...files.keys()].filter((name): name is RecordFile => name.endsWith('.jsonl'))
    const lines = Object.fromEntries(
      names.map((name) => [
        name,
        (files.get(name) ?? '')
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as never),
      ]),
    ) as unknown as Lines
    change(lines)
    for (const name of names) files.set(name, lines[name].map((line) => `${JSON.stringify(line)}\n`).join(''))
    if (text) files.set(text[0], text[1])
    const manifest = JSON.parse(files.get('manifest.json') ?? '') as DumpManifest
    manifest.files = manifest.files.map(({ name }) => {
      const bytes = Buffer.from(files.get(name) ?? '')
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      const records = name.endsWith('.jsonl') ? String(bytes).split('\n').filter(Boolean).length : 0
      return { name, sha256, bytes: bytes.length, records }
    })
    changeManifest?.(manifest)
    files.set('manifest.json', JSON.stringify(manifest))
    const zip = new ZipFile()
    for (const [name, content] of files) zip.addBuffer(Buffer.from(content), name)
    zip.end()
    const path = newFile()
    await pipeline(zip.outputStream as Readable, createWriteStream(path))
    return path
  }

  it('is refused with its file and line, and nothing changes', async () => {
    const other = await newDatabase(`hostile_${Date.now()}`)
    const { reader } = await signIn(other.db, { name: 'Somebody here' })
    const before = JSON.stringify({ ...(await snapshot(other.db)), site_state: null })
    const first = <T>(records: T[]): T => records[0] as T
    const refusals: [RegExp, Promise<string>][] = [
      [/^papers\.jsonl, line 1: number: /, forged((l) => void (first(l['papers.jsonl']).number = 1e18))],
      [/^papers\.jsonl, line 1: uuid: /, forged((l) => void (first(l['papers.jsonl']).uuid = 'x'))],
      [
        /^papers\.jsonl, line 1: identifiers\.0: is not an identifier/,
        forged((l) => void (first(l['papers.jsonl']).identifiers = [{ scheme: 'arxiv', value: '../../x' }])),
      ],
      [
        /^papers\.jsonl, line 1: recordedAt: /,
        forged((l) => void (first(l['papers.jsonl']).recordedAt = '9999-01-01T00:00:00.000Z')),
      ],
      [
        /^papers\.jsonl, line 1: .* later than the dump/,
        forged((l) => void (first(l['papers.jsonl']).recordedAt = '2030-01-01T00:00:00.000Z')),
      ],
      [
        /^papers\.jsonl, line 2: number names what an earlier line/,
        forged(
          (l) =>
            void (l['papers.jsonl'][1] = {
              ...first(l['papers.jsonl'].slice(1)),
              number: first(l['papers.jsonl']).number,
            }),
        ),
      ],
      [
        /^papers\.jsonl, line 1: statements\.0\.facts\.links\.0\.url: is not the address/,
        forged(
          (l) =>
            void (first(
              first(l['papers.jsonl']).statements as never[] as { facts: { links: unknown } }[],
            ).facts.links = [{ kind: 'code', url: 'javascript:alert(1)' }]),
        ),
      ],
      [
        /^papers\.jsonl, line 1: statements\.0\.facts\.title: /,
        forged((l) => void (first(first(l['papers.jsonl']).statements).facts.title = 'a\0b')),
      ],
      [
        /^papers\.jsonl, line 1: not valid JSON/,
        forged(() => {}, { text: ['papers.jsonl', '{"number":1\n'] }),
      ],
      [
        /^papers\.jsonl, line 1: the line is too long/,
        forged(() => {}, { text: ['papers.jsonl', `${incompressible(17_000_000)}\n`] }),
      ],
      [
        /^papers\.jsonl is packed so tightly/,
        forged(() => {}, { text: ['papers.jsonl', `{"title":"${'a'.repeat(9_000_000)}"}\n`] }),
      ],
      [
        /^events\.jsonl, line 1: kind: /,
        forged((l) => void (first(l['events.jsonl']).kind = 'wish' as never)),
      ],
      [
        /^events\.jsonl, line 1: weight: more than/,
        forged((l) => void Object.assign(first(l['events.jsonl']), { amount: 1, weight: 1e6 })),
      ],
      [/^events\.jsonl, line 1: weight: /, forged((l) => void (first(l['events.jsonl']).weight = -1))],
      [
        /^events\.jsonl, line 1: its paper is not in/,
        forged((l) => void (first(l['events.jsonl']).paper = 77_777)),
      ],
      [
        /^events\.jsonl, line 1: there is no vote with the origin reader/,
        forged((l) => void Object.assign(first(l['events.jsonl']), { kind: 'vote', origin: 'reader' })),
      ],
      [
        /^events\.jsonl, line \d+: there is no comment or pick/,
        forged(
          (l) =>
            void l['events.jsonl'].push({
              ...first(l['events.jsonl']),
              kind: 'pick',
              origin: 'reader',
              key: reader.id,
              amount: 1,
              weight: 5,
            }),
        ),
      ],
      [
        /^comments\.jsonl, line \d+: it replies to itself/,
        forged((l) => {
          const [one, two] = l['comments.jsonl'].filter(
            ({ paper }) => paper === first(l['comments.jsonl']).paper,
          )
          if (one && two) {
            one.parent = two.number
            two.parent = one.number
          }
        }),
      ],
      [
        /^comments\.jsonl, line 1: the comment that it replies to is not there/,
        forged((l) => void (first(l['comments.jsonl']).parent = 4_711)),
      ],
      [
        /^comments\.jsonl, line 1: text: /,
        forged((l) => void (first(l['comments.jsonl']).text = 'long '.repeat(3_000))),
      ],
      [
        /^comments\.jsonl, line 1: whoever it is by is not in people/,
        forged((l) => void (first(l['comments.jsonl']).by = reader.id)),
      ],
      [
        /^people\.jsonl, line 1: this is the id of a reader of another site here/,
        forged((l) => {
          // Words in the mouth of somebody who has an account here.
          const was = first(l['people.jsonl']).id
          const all = l as Record<string, unknown>
          for (const [file, records] of Object.entries(all))
            all[file] = JSON.parse(JSON.stringify(records).replaceAll(was, reader.id)) as unknown
        }),
      ],
      [
        /^picks\.jsonl, line 1: its paper is not in/,
        forged((l) => void (first(l['picks.jsonl']).paper = 77_777)),
      ],
      [
        /^collections\.jsonl, line 1: id: is not the id/,
        forged((l) => void (first(l['collections.jsonl']).id = '<script>')),
      ],
      [
        /^merges\.jsonl, line 1: it does not lead/,
        forged(
          (l) => void l['merges.jsonl'].push({ merged: 1, kept: 2, mergedAt: '2026-01-15T12:00:00.000Z' }),
        ),
      ],
      [
        /^comments\.jsonl is not what manifest\.json says: its checksum differs/,
        forged(() => {}, {
          manifest: (m) => {
            for (const file of m.files) if (file.name === 'comments.jsonl') file.sha256 = '0'.repeat(64)
          },
        }),
      ],
      [
        /^comments\.jsonl has \d+ records, and manifest/,
        forged(() => {}, {
          manifest: (m) => {
            for (const file of m.files) if (file.name === 'comments.jsonl') file.records += 1
          },
        }),
      ],
      [
        /^events\.jsonl is missing, or not as long/,
        forged(() => {}, {
          manifest: (m) => {
            for (const file of m.files) if (file.name === 'events.jsonl') file.bytes = 1e15
          },
        }),
      ],
      [
        /^manifest\.json does not name merges\.jsonl/,
        forged(() => {}, {
          manifest: (m) => void (m.files = m.files.filter(({ name }) => name !== 'merges.jsonl')),
        }),
      ],
      [
        /^manifest\.json says that the dump is of a time to come/,
        forged(() => {}, { manifest: (m) => void (m.takenAt = '2036-01-15T12:00:00.000Z') }),
      ],
      [/was written by a newer Broadsheet/, forged(() => {}, { manifest: (m) => void (m.version = 2) })],
      [/is not a dump, or not all of one/, cut(whole)],
    ]
    for (const [words, made] of refusals) {
      const path = await made
      const failure = await importFrom(other.db, path).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(DumpRefused)
      expect((failure as Error).message).toMatch(words)
    }
    expect(JSON.stringify({ ...(await snapshot(other.db)), site_state: null })).toBe(before)
    await other.close()
  })

  it('shows HTML in comments as text', async () => {
    const other = await newDatabase(`markup_${Date.now()}`)
    const path = await forged((l) => {
      const shown = l['comments.jsonl'].find(({ state }) => state === 'shown')
      if (shown)
        shown.text = '<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1))'
    })
    await importFrom(other.db, path)
    const { openSite } = await import('../../test/site.ts')
    const html = await (await openSite(other.db).app.request('/comments')).text()
    expect(html).toContain('&lt;script&gt;alert(1)')
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img src=x')
    expect(html).not.toContain('href="javascript')
    await other.close()
  })

  it('tells nothing of who voted, hidden papers and comments, addresses or what is private', async () => {
    const text = [...(await filesOf(whole)).values()].join('\n')
    const rows = await db().selectFrom('readers').select(['id', 'email']).execute()
    for (const { email } of rows) expect(text).not.toContain(email)
    expect(text).not.toContain('@readers.example')
    const votes = await db().selectFrom('votes').select(['event', 'reader_id', 'voted_at']).execute()
    for (const { event } of votes) expect(text).not.toContain(event)
    const hidden = await db()
      .selectFrom('papers')
      .select(['title', 'uuid'])
      .where('hidden', '=', true)
      .execute()
    expect(hidden.length).toBeGreaterThan(0)
    for (const { title, uuid } of hidden) {
      expect(text).not.toContain(title)
      expect(text).not.toContain(uuid)
    }
    const collections = await db().selectFrom('collections').select(['id', 'public', 'hidden']).execute()
    for (const { id, public: isPublic, hidden: isHidden } of collections)
      expect([id, text.includes(id)]).toEqual([id, isPublic && !isHidden])
    for (const word of ['reading_list', 'not_for_me', 'session', 'password']) expect(text).not.toContain(word)
  })

  async function cut(path: string): Promise<string> {
    const copy = newFile()
    writeFileSync(copy, readFileSync(path).subarray(0, -40))
    return copy
  }
})

/** A text that does not pack. */
function incompressible(length: number): string {
  let text = ''
  for (let n = 0; text.length < length; n++) text += createHash('sha512').update(String(n)).digest('base64')
  return text
}
