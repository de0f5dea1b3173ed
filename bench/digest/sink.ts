/** A mail server that takes everything and keeps nothing: prints its address, and what it took when it is asked to end. */
import { createServer, type AddressInfo, type Socket } from 'node:net'

const ANSWERS: Record<string, string> = {
  EHLO: '250-sink\r\n250 8BITMIME',
  DATA: '354 go on',
  QUIT: '221 bye',
}
const END = Buffer.from('\r\n.\r\n')

let mails = 0
let bytes = 0

function serve(socket: Socket): void {
  let rest = Buffer.alloc(0)
  let isMail = false
  socket.setNoDelay()
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf(isMail ? END : '\r\n')
      if (end < 0) break
      const line = isMail ? '' : rest.subarray(0, end).toString('latin1')
      if (isMail) {
        mails += 1
        bytes += end
      }
      rest = rest.subarray(end + (isMail ? END.length : 2))
      const command = line.slice(0, 4).toUpperCase()
      isMail = command === 'DATA'
      socket.write(`${ANSWERS[command] ?? '250 ok'}\r\n`)
    }
  })
  socket.write('220 sink\r\n')
}

const server = createServer(serve).listen(0, '127.0.0.1', () => {
  console.log(`smtp://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ mails, bytes }))
  process.exit(0)
})
