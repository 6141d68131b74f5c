import { readFileSync } from 'node:fs'
import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { toDuplex } from '../../../src/node/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'

let server: SshServer
let client: Client
beforeAll(async () => {
  server = await startSshd()
  client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

test('a process is one: what is written comes back, the end is an EOF', async () => {
  const duplex = toDuplex(await client.exec('cat'))
  duplex.write('one ')
  duplex.end('two')
  expect(await text(duplex)).toBe('one two')
})

test('a connection of openTcp is a socket for an HTTP client', async () => {
  const web = createServer((_, response) => { response.end('through SSH') })
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done))
  const { port } = web.address() as AddressInfo
  const duplex = toDuplex(await client.openTcp('127.0.0.1', port))
  const request = get({ createConnection: () => duplex as never, host: '127.0.0.1', port, headers: { connection: 'close' } })
  const [response] = await once(request, 'response') as [NodeJS.ReadableStream]
  expect(await text(response)).toBe('through SSH')
  web.close()
})

test('destroy closes the channel', async () => {
  const process = await client.exec('cat')
  const duplex = toDuplex(process)
  duplex.on('error', () => {})
  duplex.destroy()
  await process.closed
})

test('close() of the process is an error of the stream', async () => {
  const process = await client.exec('cat')
  const duplex = toDuplex(process)
  duplex.resume()
  const failed = once(duplex, 'error')
  await process.close()
  expect((await failed)[0]).toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })
})
