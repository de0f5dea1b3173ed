import type { Context } from 'hono'
import type { Picture } from '../../pictures/pictures.ts'
import { pictureBytes } from '../../pictures/pictures.ts'
import { notFound } from '../errors/show.tsx'
import type { Site } from '../site.ts'

/** `/pictures/:name`: the picture of a paper, by its digest: what is there never changes. */
export function showPicture(site: Site) {
  return async (c: Context) => {
    const [, digest] = /^([\da-f]{64})\.webp$/.exec(c.req.param('name') ?? '') ?? []
    const image = digest === undefined || !site.pictures ? null : await pictureBytes(site.db, { digest })
    if (image === null) return notFound(site, c, { what: 'There is no such picture.' })
    return c.body(new Uint8Array(image), 200, {
      'content-type': 'image/webp',
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
