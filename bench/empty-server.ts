import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'

/** The yardstick: an empty page from the same HTTP server and framework, with nothing before it. */
const app = new Hono().get('/', (c) => c.html('<!doctype html><title>Empty</title>'))
const server = createAdaptorServer({ fetch: app.fetch })
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
