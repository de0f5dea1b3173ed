import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Watches a server's connections from now on, and answers how to stop it: it takes nothing new, a connection without a
 * request under way (idle, or with one that has not been sent whole up to its body) is closed at once, one with a request
 * after its answer, and after `graceMs` milliseconds whatever is left.
 */
export function stopsWithGrace(server: Server, { graceMs }: { graceMs: number }): () => Promise<void> {
  /** How many requests are under way on each connection. */
  const open = new Map<Socket, number>()
  let stopping = false

  function count(socket: Socket, by: 1 | -1) {
    const underWay = open.get(socket)
    if (underWay === undefined) return
    open.set(socket, underWay + by)
    // What was written goes out first.
    if (stopping && underWay + by === 0) socket.destroySoon()
  }
  server.on('connection', (socket: Socket) => {
    open.set(socket, 0)
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    count(socket, 1)
    response.once('close', () => count(socket, -1))
  })

  return async () => {
    stopping = true
    const closed = new Promise((resolve) => server.close(resolve))
    for (const [socket, underWay] of open) if (underWay === 0) socket.destroySoon()
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
    await closed
    clearTimeout(cutOff)
  }
}
