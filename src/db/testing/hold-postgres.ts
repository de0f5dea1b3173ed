import { createInterface } from 'node:readline'
import pg from 'pg'
import { acquireLocalPostgres } from '../local-postgres.ts'

// A process that uses the database of a folder, for tests: hold-postgres.ts FOLDER [hold | write | loop TIMES].
// Says what it does in lines of JSON; releases when its input ends.
const [folder = '', mode = 'hold', times = '1'] = process.argv.slice(2)
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const inputEnds = new Promise((resolve) => createInterface({ input: process.stdin }).once('close', resolve))

for (let time = 0; time < Number(times); time += 1) {
  const asked = performance.now()
  const local = await acquireLocalPostgres({ folder, onLost: (error) => say({ lost: error.message }) })
  const milliseconds = Math.round(performance.now() - asked)
  const client = new pg.Client(local.address)
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query('select system_identifier::text as system from pg_control_system()')
  say({ ...rows[0], milliseconds, host: local.address.host })
  if (mode === 'write') {
    await client.query('create table if not exists written (id int generated always as identity, fill text)')
    for (;;) {
      const written = await client.query("insert into written (fill) values (repeat('x', 2000)) returning id")
      say({ written: written.rows[0].id })
    }
  }
  if (mode === 'hold') await inputEnds
  await client.end()
  await local.release()
}
say({ done: true })
process.exit(0)
