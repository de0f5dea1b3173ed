import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { PACKAGE_ROOT } from '../runtime/package-root.ts'

/** The addresses of the built browser files; their names carry a hash of their content. */
export type Assets = { style: string; script: string; theme: string; fonts: string[] }

export const ASSETS_FOLDER = join(PACKAGE_ROOT, 'dist', 'public')

const manifestShape = z.record(
  z.string(),
  z.object({ file: z.string(), css: z.array(z.string()).optional(), assets: z.array(z.string()).optional() }),
)

/** Reads what the build made; throws an error that says what to do if there is none. */
export async function readAssets(): Promise<Assets> {
  let text: string
  try {
    text = await readFile(join(ASSETS_FOLDER, '.vite', 'manifest.json'), 'utf8')
  } catch {
    throw new Error('The browser files are not built: run "npm run build".')
  }
  const manifest = manifestShape.parse(JSON.parse(text))
  const file = (entry: string) => {
    const built = manifest[`src/web/public/${entry}`]
    if (!built) throw new Error(`The build has no ${entry}: run "npm run build".`)
    return built
  }
  const style = file('site.css')
  return {
    style: `/${style.file}`,
    script: `/${file('site.ts').file}`,
    theme: `/${file('theme.ts').file}`,
    // The typeface needed first: the upright Latin face is in every heading.
    fonts: (style.assets ?? [])
      .filter((name) => /newsreader-latin-opsz-normal/.test(name))
      .map((name) => `/${name}`),
  }
}
