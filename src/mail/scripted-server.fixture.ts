import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/**
 * What a server says to a command (`EHLO`, `MAIL`, `RCPT`, `DATA`, `.` for the end of a mail, `RSET`, `QUIT`): an answer,
 * or that it hangs up (`drop`), or nothing at all (`silence`). Nothing given: what it says when all is well.
 */
export type Script = (command: string) => string | undefined

const WELL: Record<string, string> = { EHLO: '250 here', DATA: '354 go on', QUIT: '221 bye' }

/** A mail server that can do what no decent one does: it answers as a script says, and keeps what it heard. */
export async function openScriptedServer(
  script: Script,
  { greeting = '220 ready', pipelining = false }: { greeting?: string; pipelining?: boolean } = {},
): Promise<{ url: string; heard: string[]; mails: string[]; close(): Promise<void> }> {
  const heard: string[] = []
  const mails: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    let rest = ''
    let mail: string | null = null
    const answer = (command: string) => {
      const said =
        script(command) ?? (command === 'EHLO' && pipelining ? '250-here\r\n250 PIPELINING' : undefined)
      if (said === 'drop') return socket.destroy()
      if (said === 'silence') return
      const line = said ?? WELL[command] ?? '250 ok'
      if (command === 'DATA' && line.startsWith('3')) mail = ''
      socket.write(`${line}\r\n`)
    }
    socket.on('data', (chunk) => {
      rest += String(chunk)
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (mail === null) {
          heard.push(line)
          answer(/^\w+/.exec(line)?.[0].toUpperCase() ?? '')
        } else if (line === '.') {
          mails.push(mail)
          mail = null
          answer('.')
        } else mail += `${line}\r\n`
      }
    })
    socket.write(`${greeting}\r\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    mails,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
