import type { Context } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Picture } from '../../pictures/pictures.ts'
import { pictureBytes } from '../../pictures/pictures.ts'
import { atMost } from '../at-most.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** Thousands of readers open one mail: its picture is made once. */
const jpegs = new LRUCache<string, Buffer>({ maxSize: 8_000_000, sizeCalculation: ({ length }) => length })
const oneAtATime = atMost(1, {
  waiting: 1_000,
  full: () => new Error('too many pictures are asked for at once'),
})

async function jpegOf(digest: string, image: Buffer): Promise<Buffer> {
  const known = jpegs.get(digest)
  if (known) return known
  return oneAtATime(async () => {
    // Loaded by the first who needs it: the library takes its time.
    const { asJpeg } = await import('../../pictures/make-thumbnail.ts')
    const made = jpegs.get(digest) ?? (await asJpeg(image))
    jpegs.set(digest, made)
    return made
  })
}

/**
 * `/pictures/:name`: the picture of a paper, by its digest: what is there never changes. As `.webp`, and as `.jpg` for mail
 * programs.
 */
export function showPicture(site: Site) {
  return async (c: Context) => {
    const [, digest, ending] = /^([\da-f]{64})\.(webp|jpg)$/.exec(c.req.param('name') ?? '') ?? []
    const kept = digest === undefined || !site.pictures ? null : await pictureBytes(site.db, { digest })
    if (kept === null) return notFound(site, c, { what: 'There is no such picture.' })
    const isJpeg = ending === 'jpg'
    const image = isJpeg ? await jpegOf(digest ?? '', kept) : kept
    return c.body(new Uint8Array(image), 200, {
      'content-type': isJpeg ? 'image/jpeg' : 'image/webp',
      'content-length': String(image.length),
      // Long enough to be of use; one that may no longer be shown goes within the day.
      'cache-control': 'public, max-age=86400',
      'x-content-type-options': 'nosniff',
    })
  }
}

export function picturePath({ digest }: Picture): string {
  return `/pictures/${digest}.webp`
}

/** A picture with its caption as alternative text; it takes its place before it is loaded. */
export function PictureImage({ picture, isEager = false }: { picture: Picture; isEager?: boolean }) {
  const { width, height, caption } = picture
  return (
    <img
      src={picturePath(picture)}
      width={width}
      height={height}
      alt={caption === '' ? 'A figure of the paper' : caption}
      loading={isEager ? undefined : 'lazy'}
      decoding="async"
    />
  )
}
