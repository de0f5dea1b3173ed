import { basename, join } from 'node:path'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..')

/**
 * Makes one file of a program in TypeScript, with all of ours that it imports, as the released program is made; answers its
 * path. For programs that need pages or mails: Node.js runs TypeScript, but not the markup in it.
 */
export async function bundle(program: string): Promise<string> {
  const name = basename(program, '.ts')
  const folder = join(ROOT, 'dist', 'bundled', `${name}-${process.pid}`)
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    publicDir: false,
    build: {
      ssr: program,
      outDir: folder,
      target: 'node24',
      sourcemap: true,
      rolldownOptions: { output: { entryFileNames: `${name}.js` } },
    },
  })
  return join(folder, `${name}.js`)
}
