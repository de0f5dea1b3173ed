import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Proof of work against forms filled in by the thousand: a browser looks for a number that, after the challenge, has a
 * SHA-256 beginning with this many zero bits, one or two seconds of work. It involves no third party and stores
 * nothing: a challenge carries its time and our signature.
 */
export const PROOF_BITS = 16
const GOOD_FOR_MS = 60 * 60_000

/** A new challenge, `time.salt.signature`. */
export function newChallenge({ secret, now }: { secret: string; now: Date }): string {
  const said = `${now.getTime().toString(36)}.${randomBytes(9).toString('base64url')}`
  return `${said}.${sign(said, secret)}`
}

/** Whether `answer` (a decimal number) is proof for a challenge that we gave within the last hour. */
export function isProof(
  { challenge, answer }: { challenge: string; answer: string },
  { secret, now }: { secret: string; now: Date },
): boolean {
  if (challenge.length > 100 || !/^\d{1,15}$/.test(answer)) return false
  const [time = '', salt = '', signature = ''] = challenge.split('.')
  const age = now.getTime() - Number.parseInt(time, 36)
  if (!(age >= 0 && age <= GOOD_FOR_MS)) return false
  const expected = Buffer.from(sign(`${time}.${salt}`, secret))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  return zeroBits(createHash('sha256').update(`${challenge}:${answer}`).digest()) >= PROOF_BITS
}

function sign(said: string, secret: string): string {
  return createHmac('sha256', secret).update(`proof of work ${said}`).digest('base64url')
}

function zeroBits(hash: Uint8Array): number {
  let bits = 0
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}
