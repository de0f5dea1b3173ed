import { defineConfig } from 'vitest/config'

/** Where SQL is written. Pages and attacks ask the rooms, and are tested on one PostgreSQL. */
const ROOMS_WITH_SQL =
  'src/{db,papers,mail,ranking,accounts,outgoing,pictures,search,sources,discussion,shelves,moderation,readers,webhooks,lists,digests,dumps,libraries,recommendation}'
/** And of these, what takes long for reasons that have nothing to do with the version of PostgreSQL. */
const LONG = [
  'src/search/engine*',
  'src/moderation/find-suspicions*',
  'src/moderation/merge-at-once*',
  'src/discussion/comments-replay*',
  'src/digests/daylight-saving*',
  'src/dumps/hostile*',
  'src/libraries/imports*',
  'src/sources/formats/round-trip*',
  'src/sources/fortnight*',
]

/**
 * Four runs in one: tests of pure code and of single parts; tests that need a database, all of them on the PostgreSQL that
 * comes with Broadsheet and those of the rooms again on the machine's own; and journeys through the built program in a
 * browser.
 */
export default defineConfig({
  test: {
    // As many as there are processors: by itself, vitest leaves one idle, which on two is half.
    maxWorkers: '100%',
    projects: [
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
        test: {
          name: 'unit',
          include: ['{src,test}/**/*.test.{ts,tsx}'],
          exclude: ['{src,test}/**/*.db.test.{ts,tsx}'],
          setupFiles: 'test/fast-check.ts',
          isolate: false,
          testTimeout: 60_000,
        },
      },
      ...(['bundled', 'system'] as const).map((postgres) => ({
        oxc: { jsx: { runtime: 'automatic' as const, importSource: 'hono/jsx' } },
        test: {
          name: `database (${postgres} PostgreSQL)`,
          include: [
            postgres === 'bundled' ? '{src,test}/**/*.db.test.{ts,tsx}' : `${ROOMS_WITH_SQL}/**/*.db.test.ts`,
          ],
          exclude: postgres === 'system' ? LONG : [],
          // Loading the program anew for each file takes longer than most files do; a file's database is its own.
          isolate: false,
          globalSetup: 'test/database-server.ts',
          setupFiles: 'test/fast-check.ts',
          provide: { postgres },
          // The attacks try every form and address: long on a machine that does other things.
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      })),
      {
        test: {
          name: 'journeys',
          include: ['e2e/**/*.test.ts'],
          globalSetup: 'e2e/sample-folder.ts',
          // They start programs and browsers of their own: after all others.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
