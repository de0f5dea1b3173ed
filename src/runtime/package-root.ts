import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json, from the sources as well as from the built program. */
export const PACKAGE_ROOT = findRoot(import.meta.dirname)

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('package.json not found above the program')
  return findRoot(parent)
}
