import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** What styles bring in, which are no modules of their own. */
const FONTS = ['@fontsource-variable/newsreader', '@fontsource/stix-two-math']

/** Writes the licences of all that is bundled beside it: they ask to be handed on with it. */
function licences({ file, also = [] }: { file: string; also?: string[] }): Plugin {
  return {
    name: 'licences',
    generateBundle() {
      const folders = [...this.getModuleIds()].flatMap(
        (id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [],
      )
      const all = new Set([
        ...folders,
        ...also.map((name) => join(import.meta.dirname, 'node_modules', name)),
      ])
      const texts = [...all].toSorted().flatMap((folder) => {
        if (!existsSync(join(folder, 'package.json'))) return []
        const facts = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
          string,
          unknown
        >
        const name = readdirSync(folder).find((one) => /^(?:licen[cs]e|copying)(?:[.-]|$)/i.test(one))
        const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8').trim()
        return [
          `${String(facts['name'])} ${String(facts['version'])}: ${String(facts['license'])}\n\n${text}`,
        ]
      })
      this.emitFile({ type: 'asset', fileName: file, source: `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n` })
    },
  }
}

/** Two builds: the browser's files (`vite build`) and the program itself (`vite build --ssr`). */
export default defineConfig(({ isSsrBuild }) =>
  isSsrBuild
    ? {
        publicDir: false,
        plugins: [licences({ file: 'licences.txt' })],
        // Bundled, because hundreds of small files take longer to load than they take to run.
        ssr: {
          noExternal: [
            'kysely',
            'zod',
            'hono',
            '@hono/node-server',
            'feedsmith',
            'katex',
            // With all that they bring: npm cannot always make out which versions they want of one another where the program
            // is installed by somebody else, who has no lockfile.
            /^(?:better-auth|@better-auth\/.+|better-call|@better-fetch\/fetch|nanostores|defu|jose|rou3|set-cookie-parser)$/,
            /^(?:@noble\/.+|@simplewebauthn\/.+|@peculiar\/.+|@levischuck\/.+|@hexagon\/.+|@standard-schema\/.+)$/,
            /^(?:asn1js|pvtsutils|pvutils|tslib|tsyringe|reflect-metadata|pako)$/,
            'fast-xml-parser',
            /^(?:fast-xml-builder|@nodable\/entities|anynum|is-unsafe|path-expression-matcher|strnum|xml-naming)$/,
            'htmlparser2',
            'entities',
            /^dom(?:handler|utils|elementtype|-serializer)$/,
            'commander',
            /^@modelcontextprotocol\//,
          ],
        },
        build: {
          ssr: true,
          outDir: 'dist',
          emptyOutDir: false,
          target: 'node24',
          sourcemap: true,
          rolldownOptions: {
            // The program, and what runs in threads of its own.
            input: [
              'src/main.ts',
              'src/pictures/drawing/drawing-thread.ts',
              'src/search/engine-thread.ts',
              'src/recommendation/taste-thread.ts',
              'src/search/embeddings/embedding-thread.ts',
              'src/sources/look-up/reading-thread.ts',
              'src/libraries/files/library-file-thread.ts',
            ],
            output: { entryFileNames: '[name].js', chunkFileNames: 'program/[name].js' },
          },
        },
      }
    : {
        publicDir: 'src/web/public/static',
        plugins: [licences({ file: 'licences.txt', also: FONTS })],
        build: {
          outDir: 'dist/public',
          emptyOutDir: true,
          manifest: true,
          target: ['chrome120', 'firefox121', 'safari17.4'],
          cssTarget: ['chrome120', 'firefox121', 'safari17.4'],
          modulePreload: false,
          assetsInlineLimit: 0,
          rolldownOptions: {
            input: ['src/web/public/site.css', 'src/web/public/site.ts', 'src/web/public/theme.ts'],
          },
        },
      },
)
