import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PACKAGE_ROOT } from './package-root.ts'

/**
 * The file that a worker thread starts from: `<name>.ts` beside the source file whose `import.meta.url` is given, or
 * `dist/<name>.js` when that is part of the built program.
 */
export function threadFile(source: string, name: string): URL {
  return new URL(source).pathname.endsWith('.ts')
    ? new URL(`./${name}.ts`, source)
    : pathToFileURL(join(PACKAGE_ROOT, 'dist', `${name}.js`))
}
