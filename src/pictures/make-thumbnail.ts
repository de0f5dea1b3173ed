import { createHash } from 'node:crypto'
import sharp from 'sharp'

/** A picture as it is served: WebP, without anything that its source said of it besides. */
export type Thumbnail = { image: Buffer; digest: string; width: number; height: number }

/** Twice what a page shows, for fine screens. */
const MOST_WIDE = 640
const MOST_HIGH = 480
/** An image of more would take hundreds of megabytes to decode. */
const MOST_PIXELS = 40_000_000
const LEAST_SIDE = 100
/** Banners and single lines are no pictures. */
const MOST_LENGTHY = 5

// One image at a time, and nothing is kept of it.
sharp.concurrency(1)
sharp.cache(false)
// Only what is decoded without interpreting programs or other files.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['VipsForeignLoadPng', 'VipsForeignLoadJpeg', 'VipsForeignLoadWebp', 'VipsForeignLoadNsgif'],
})

/** A small picture of an image (PNG, JPEG, WebP, GIF); null where it is none of these, damaged, or no picture to show. */
export async function makeThumbnail(bytes: Buffer): Promise<Thumbnail | null> {
  try {
    const source = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 })
    const { width, height } = await source.metadata()
    const [short, long] = [Math.min(width, height), Math.max(width, height)]
    if (short < LEAST_SIDE || long / short > MOST_LENGTHY) return null
    const { data, info } = await source
      .rotate()
      .resize({ width: MOST_WIDE, height: MOST_HIGH, fit: 'inside', withoutEnlargement: true })
      // Figures are drawn for white paper.
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .webp({ quality: 82 })
      .toBuffer({ resolveWithObject: true })
    const digest = createHash('sha256').update(data).digest('hex')
    return { image: data, digest, width: info.width, height: info.height }
  } catch {
    // Whatever is wrong with it, there is nothing to show.
    return null
  }
}

/** A thumbnail as JPEG, for mail programs that know no WebP. */
export async function asJpeg(image: Buffer): Promise<Buffer> {
  return sharp(image, { limitInputPixels: MOST_WIDE * MOST_HIGH })
    .jpeg({ quality: 82 })
    .toBuffer()
}
