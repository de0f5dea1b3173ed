import { defineConfig } from 'vite'

/** Two builds: the browser's files (`vite build`) and the program itself (`vite build --ssr`). */
export default defineConfig(({ isSsrBuild }) =>
  isSsrBuild
    ? {
        publicDir: false,
        // Bundled, because hundreds of small files take longer to load than they take to run.
        ssr: {
          noExternal: [
            'kysely',
            'zod',
            'hono',
            '@hono/node-server',
            'feedsmith',
            'katex',
            'fast-xml-parser',
            'htmlparser2',
            'entities',
            /^dom(?:handler|utils|elementtype|-serializer)$/,
            'commander',
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
              'src/search/engine-thread.ts',
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
