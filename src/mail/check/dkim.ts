import { createPublicKey, type KeyObject } from 'node:crypto'
import { readDkimKey, type DkimSettings } from '../dkim-key.ts'
import type { Dns } from './dns.ts'
import { finding, unanswered, type Finding } from './finding.ts'
import { parseTags } from './tags.ts'

const GOOD_BITS = 2048

/** Looks whether mail is signed with a key that receivers can check. */
export async function checkDkim(settings: DkimSettings | null, { dns }: { dns: Dns }): Promise<Finding> {
  const toDo = (text: string) => finding('dkim', 'to do', text)
  if (settings === null) {
    return toDo(
      'Emails are not signed here. Set DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR, unless your mail server signs them for the domain of MAIL_FROM, List-Unsubscribe and List-Unsubscribe-Post included.',
    )
  }
  const read = readDkimKey(settings)
  if (!read.ok) return toDo(read.reason)
  const key = createPublicKey(read.key.privateKey)
  const name = `${settings.selector}._domainkey.${settings.domain}`
  const answer = await dns.txt(name)
  if (!answer.ok) return unanswered('dkim', `the key at ${name}`)
  const [record, ...more] = answer.records
  const wanted = `v=DKIM1; k=rsa; p=${spki(key).toString('base64')}`
  if (record === undefined)
    return toDo(`There is no key at ${name}. Publish this TXT record there: ${wanted}`)
  if (more.length > 0)
    return toDo(
      `There are ${more.length + 1} TXT records at ${name}. Leave the one that begins with v=DKIM1.`,
    )
  const wrong = wrongWith(parseTags(record), { key })
  if (wrong !== null) return toDo(`The TXT record at ${name} ${wrong}. It should be: ${wanted}`)
  const short =
    read.bits < GOOD_BITS ? ` It has ${read.bits} bits; the next one should have ${GOOD_BITS}.` : ''
  return finding(
    'dkim',
    'ok',
    `Emails are signed for ${settings.domain}, and the key at ${name} is theirs.${short}`,
  )
}

function wrongWith(tags: Map<string, string>, { key }: { key: KeyObject }): string | null {
  const published = tags.get('p')?.replaceAll(/\s/g, '')
  if (published === undefined) return 'holds no key'
  if (published === '') return 'says that the key is revoked'
  if ((tags.get('v') ?? 'DKIM1') !== 'DKIM1') return 'does not begin with v=DKIM1'
  if ((tags.get('k') ?? 'rsa').toLowerCase() !== 'rsa') return 'is for another kind of key'
  const has = (list: string | undefined, ...any: string[]) =>
    list === undefined || list.split(':').some((one) => any.includes(one.trim().toLowerCase()))
  if (!has(tags.get('h'), 'sha256')) return 'does not allow sha256'
  if (!has(tags.get('s'), '*', 'email')) return 'is not for email'
  try {
    const found = createPublicKey({ key: Buffer.from(published, 'base64'), format: 'der', type: 'spki' })
    return spki(found).equals(spki(key)) ? null : 'has another key than DKIM_KEY_FILE'
  } catch {
    return 'holds no key that can be read'
  }
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}
