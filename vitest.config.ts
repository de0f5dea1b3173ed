import { defineConfig } from 'vitest/config'

/**
 * Four runs in one: tests of pure code and of single parts; tests that need a database, on the PostgreSQL that comes
 * with Broadsheet and again on the machine's own; and journeys through the built program in a browser.
 */
export default defineConfig({
  test: {
    projects: [
      {
        oxc: { jsx: { runtime: 'automatic', importSource: 'hono/jsx' } },
        test: {
          name: 'unit',
          include: ['{src,test}/**/*.test.{ts,tsx}'],
          exclude: ['{src,test}/**/*.db.test.{ts,tsx}'],
          setupFiles: 'test/fast-check.ts',
          testTimeout: 60_000,
        },
      },
      ...(['bundled', 'system'] as const).map((postgres) => ({
        oxc: { jsx: { runtime: 'automatic' as const, importSource: 'hono/jsx' } },
        test: {
          name: `database (${postgres} PostgreSQL)`,
          include: ['{src,test}/**/*.db.test.{ts,tsx}'],
          globalSetup: 'test/database-server.ts',
          setupFiles: 'test/fast-check.ts',
          provide: { postgres },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      })),
      {
        test: {
          name: 'journeys',
          include: ['e2e/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
