import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Blob, Face, Font, Variation } from 'harfbuzzjs'
import decompress from 'woff2-encoder/decompress'

/** How a text is set; the size in pixels. */
export type Style = { size: number; weight: number }

/** A face of a typeface: letters of some scripts. */
export type TypeFace = {
  unitsPerEm: number
  has: (codePoint: number) => boolean
  /** The font in that weight and, where the face has them, with letters made for that size. */
  font: (style: Style) => Font
}

/**
 * Newsreader, as on pages, and STIX Two for what it lacks: Greek, Cyrillic and the signs of mathematics. They come with the
 * program: what is installed on a machine, if anything is, changes nothing.
 */
const FILES = [
  '@fontsource-variable/newsreader/files/newsreader-latin-opsz-normal.woff2',
  '@fontsource-variable/newsreader/files/newsreader-latin-ext-opsz-normal.woff2',
  '@fontsource-variable/newsreader/files/newsreader-vietnamese-opsz-normal.woff2',
  '@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2',
]

/** The faces in the order in which they are tried. Takes a while: the files are packed. */
export async function openFaces(): Promise<TypeFace[]> {
  const faces: TypeFace[] = []
  for (const file of FILES) {
    const packed = await readFile(fileURLToPath(import.meta.resolve(file)))
    faces.push(openFace(await decompress(packed)))
  }
  return faces
}

function openFace(bytes: Uint8Array): TypeFace {
  const face = new Face(new Blob(new Uint8Array(bytes).buffer))
  const axes = face.getAxisInfos()
  const known = new Set(face.collectUnicodes())
  const fonts = new Map<string, Font>()
  return {
    unitsPerEm: face.upem,
    has: (codePoint) => known.has(codePoint),
    font({ size, weight }) {
      const key = `${size} ${weight}`
      const open = fonts.get(key)
      if (open) return open
      const font = new Font(face)
      const wanted = { wght: weight, opsz: size }
      font.setVariations(
        Object.entries(wanted)
          .filter(([tag]) => tag in axes)
          .map(([tag, value]) => new Variation(tag, value)),
      )
      fonts.set(key, font)
      return font
    },
  }
}
