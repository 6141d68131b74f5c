import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { toDuplex } from '../../../src/node/index.ts'
import { sshdAndClient } from '../../support/client-of.ts'

const here = sshdAndClient()

test('a process is one: what is written comes back, the end is an EOF', async () => {
  const duplex = toDuplex(await here.client.exec('cat'))
  duplex.write('one ')
  duplex.end('two')
  expect(await text(duplex)).toBe('one two')
})

test('a connection of openTcp is a socket for an HTTP client', async () => {
  const web = createServer((_, response) => { response.end('through SSH') })
  await new Promise<void>((done) => web.listen(0, '127.0.0.1', done))
  const { port } = web.address() as AddressInfo
  const duplex = toDuplex(await here.client.openTcp('127.0.0.1', port))
  const request = get({ createConnection: () => duplex as never, host: '127.0.0.1', port, headers: { connection: 'close' } })
  const [response] = await once(request, 'response') as [NodeJS.ReadableStream]
  expect(await text(response)).toBe('through SSH')
  web.close()
})

test('destroy closes the channel', async () => {
  const process = await here.client.exec('cat')
  const duplex = toDuplex(process)
  duplex.on('error', () => {})
  duplex.destroy()
  await process.closed
})

test('close() of the process is an error of the stream', async () => {
  const process = await here.client.exec('cat')
  const duplex = toDuplex(process)
  duplex.resume()
  const failed = once(duplex, 'error')
  await process.close()
  expect((await failed)[0]).toMatchObject({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' })
})
