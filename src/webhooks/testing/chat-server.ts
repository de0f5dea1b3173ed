import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Shape } from '../shapes.ts'

/** What a server was sent. */
export type Posted = { path: string; headers: IncomingHttpHeaders; body: string }

export type ChatServer = {
  /** Where a webhook of this shape posts to. */
  target: (shape: Shape) => string
  posted: Posted[]
  close(): Promise<void>
}

/** Answers instead of what the service would say; `hold` never does. */
type Answer = { status: number; headers?: Record<string, string>; body?: string } | 'hold' | null

/** The paths of the services' webhooks. */
const PATHS: Record<Shape, string> = {
  json: '/hook',
  slack: '/services/T0000/B0000/secretsecret',
  discord: '/api/webhooks/1000/secretsecret',
  mattermost: '/hooks/secretsecret',
  teams: '/workflows/secretsecret/triggers/manual/paths/invoke?sig=secretsecret',
  telegram: '/bot1000:secretsecret',
}

/** Takes messages as Slack, Discord, Mattermost, Teams, Telegram and programs do, and refuses what they would refuse. */
export async function openChatServer({
  answer = () => null,
}: { answer?: (posted: Posted, count: number) => Answer } = {}): Promise<ChatServer> {
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { path: request.url ?? '', headers: request.headers, body }
      posted.push(one)
      const own = answer(one, posted.length)
      if (own === 'hold') return
      if (own !== null) return void response.writeHead(own.status, own.headers).end(own.body ?? '')
      if (request.method !== 'POST') return refuse(response, 405, 'method_not_allowed')
      if (!request.headers['content-type']?.startsWith('application/json'))
        return refuse(response, 400, 'invalid_payload')
      return takeAsService(one, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    target: (shape) => `http://127.0.0.1:${port}${PATHS[shape]}`,
    posted,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Fields = {
  text?: string
  content?: string
  type?: string
  chat_id?: string
  blocks?: { text?: { text: string } }[]
  embeds?: { title?: string; description?: string }[]
  attachments?: { contentType?: string; content?: { type?: string } }[]
}

function takeAsService({ path, body }: Posted, response: ServerResponse): void {
  const sent = JSON.parse(body) as Fields
  if (path.startsWith('/services/')) {
    const blocks = sent.blocks ?? []
    const isFit = blocks.length <= 50 && blocks.every((block) => (block.text?.text.length ?? 1) <= 3_000)
    if (typeof sent.text !== 'string' || !isFit) return refuse(response, 400, 'invalid_blocks')
    return void response.end('ok')
  }
  if (path.startsWith('/api/webhooks/')) {
    const embeds = sent.embeds ?? []
    const isFit =
      (sent.content ?? '').length <= 2_000 &&
      embeds.every(({ title = '', description = '' }) => title.length <= 256 && description.length <= 4_096)
    if (!isFit) return refuse(response, 400, '{"code":50035,"message":"Invalid Form Body"}')
    return void response.writeHead(204).end()
  }
  if (path.startsWith('/hooks/')) {
    if (typeof sent.text !== 'string')
      return refuse(response, 400, '{"id":"web.incoming_webhook.text.app_error"}')
    return void response.end('ok')
  }
  if (path.startsWith('/workflows/')) {
    const [attachment] = sent.attachments ?? []
    const isCard =
      sent.type === 'message' &&
      attachment?.contentType === 'application/vnd.microsoft.card.adaptive' &&
      attachment.content?.type === 'AdaptiveCard' &&
      Buffer.byteLength(body) <= 28_000
    return isCard ? void response.writeHead(202).end() : refuse(response, 400, 'Bad payload')
  }
  if (path.startsWith('/bot')) {
    if (!path.endsWith('/sendMessage')) return refuse(response, 404, '{"ok":false,"error_code":404}')
    const written = sent.text ?? ''
    const tags = [...written.matchAll(/<\/?([a-z]+)[^>]*>/g)].map(([, tag]) => tag)
    const isFit =
      sent.chat_id !== '' && written.length <= 4_096 && tags.every((tag) => tag === 'a' || tag === 'b')
    if (!isFit)
      return refuse(
        response,
        400,
        '{"ok":false,"error_code":400,"description":"Bad Request: can\'t parse entities"}',
      )
    return void response.end('{"ok":true,"result":{"message_id":1}}')
  }
  return void response.writeHead(204).end()
}

function refuse(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status).end(body)
}

/** Whether a message comes from whoever has the secret, as receivers check it: Standard Webhooks. */
export function isSigned({ headers, body }: Posted, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  return String(headers['webhook-signature']).split(' ').includes(expected)
}
