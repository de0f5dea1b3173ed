import { createLog } from '../../runtime/log.ts'
import { openDatabase, type DatabaseAddress } from '../../db/open.ts'
import { deliverDueMail } from '../deliver-mail.ts'
import { openMailer } from '../mailer.ts'

// A process that sends the mails due at a time, for tests that kill it: deliver-mail.ts DATABASE SMTP_URL TIME.
const [database = '{}', smtpUrl = '', time = ''] = process.argv.slice(2)

const db = openDatabase(JSON.parse(database) as DatabaseAddress, { onError: () => {} })
const mailer = openMailer({
  smtpUrl,
  outboxFolder: '',
  from: 'broadsheet@example.org',
  log: createLog('silent'),
})
await deliverDueMail(db, mailer, { now: () => new Date(time) })
await mailer.close()
await db.destroy()
