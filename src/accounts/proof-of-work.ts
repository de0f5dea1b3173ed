import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Database } from '../db/schema.ts'

/**
 * Proof of work against forms filled in by the thousand: a browser looks for a number that, after the challenge and what
 * the form is about, has a SHA-256 beginning with this many zero bits, one or two seconds of work. It involves no third
 * party. A challenge carries its time and our signature, which is good for one form and one network alone.
 */
export const PROOF_BITS = 16
const GOOD_FOR_MS = 60 * 60_000

/** What a challenge is for: the form, and the network that asked for it (networks.ts). */
export type ProofPurpose = { form: string; network: string }

/** A new challenge, `time.salt.signature`. */
export function newChallenge(purpose: ProofPurpose, { secret, now }: { secret: string; now: Date }): string {
  const said = `${now.getTime().toString(36)}.${randomBytes(9).toString('base64url')}`
  return `${said}.${sign(said, purpose, secret)}`
}

/**
 * Uses up a proof: whether `answer` (a decimal number) is one for what the form is about, such as an email address as it
 * was typed, and for a challenge that we gave for this purpose within the last hour, and that was not used before.
 */
export async function useProof(
  db: Kysely<Database>,
  {
    challenge,
    about,
    answer,
    purpose,
    secret,
    now,
  }: {
    challenge: string
    about: string
    answer: string
    purpose: ProofPurpose
    secret: string
    now: Date
  },
): Promise<boolean> {
  if (challenge.length > 100 || !/^\d{1,15}$/.test(answer)) return false
  const [time = '', salt = '', signature = '', ...more] = challenge.split('.')
  const givenAt = Number.parseInt(time, 36)
  const age = now.getTime() - givenAt
  if (more.length > 0 || !(age >= 0 && age <= GOOD_FOR_MS)) return false
  const expected = Buffer.from(sign(`${time}.${salt}`, purpose, secret))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  const proof = createHash('sha256').update(`${challenge}:${about}:${answer}`).digest()
  if (zeroBits(proof) < PROOF_BITS) return false
  const { numInsertedOrUpdatedRows: used } = await db
    .insertInto('used_proofs')
    .values({
      hash: createHash('sha256').update(challenge).digest('base64url'),
      expires_at: new Date(givenAt + GOOD_FOR_MS),
    })
    .onConflict((conflict) => conflict.column('hash').doNothing())
    .executeTakeFirst()
  return used === 1n
}

/** Removes proofs that have expired, and would not be accepted again. */
export async function forgetUsedProofs(db: Kysely<Database>, { now }: { now: Date }): Promise<void> {
  await db.deleteFrom('used_proofs').where('expires_at', '<', now).execute()
}

function sign(said: string, { form, network }: ProofPurpose, secret: string): string {
  const what = JSON.stringify(['proof of work', form, network, said])
  return createHmac('sha256', secret).update(what).digest('base64url')
}

function zeroBits(hash: Uint8Array): number {
  let bits = 0
  for (const byte of hash) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24
    bits += 8
  }
  return bits
}
