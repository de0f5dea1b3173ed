import { readSignedCode, signedCode } from '../mail/signed-link.ts'

/** No Message-ID of ours is longer, whatever its domain. */
const LONGEST = 400

/**
 * The Message-ID of an issue's mail, up to its @: `digest.42.Zm9v…`. It is signed, so that a report which names it can be
 * believed: whoever knows it has had the mail, or was told of it by somebody who had.
 */
export function issueMessageId(issueId: number, { secret }: { secret: string }): string {
  return `digest.${signedCode('issue', String(issueId), { secret })}`
}

/** The issue whose mail has this Message-ID, with or without angle brackets, at whatever domain; null where it is none of ours. */
export function issueOfMessageId(text: string, { secret }: { secret: string }): number | null {
  if (text.length > LONGEST) return null
  const [, code = ''] = /^<?digest\.([\w.-]+)(?:@[^\s<>]*)?>?$/.exec(text.trim()) ?? []
  const issueId = Number(readSignedCode('issue', code, { secret }) ?? Number.NaN)
  return Number.isSafeInteger(issueId) && issueId > 0 ? issueId : null
}
