import { Duplex } from 'node:stream'
import { expect, test } from 'vitest'
import { openBySocks, type SocksTarget } from '../../../src/transports/forward/socks.ts'

/** What a client of the proxy that sends `bytes` asks for. */
async function target(...bytes: readonly (string | readonly number[])[]): Promise<SocksTarget> {
  const sent = Buffer.concat(bytes.map((part) => Buffer.from(part as string)))
  let asked: SocksTarget | undefined
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => { done() } })
  socket.on('error', () => {})
  socket.push(sent)
  await openBySocks(socket, (wanted) => {
    asked = wanted
    return Promise.resolve(new Duplex({ read() {}, write: (_chunk, _encoding, done) => { done() } }) as never)
  })
  return asked!
}
const version5 = (name: string) => target([5, 1, 0], [5, 1, 0, 3, Buffer.byteLength(name)], name, [0, 22])
const version4a = (name: string) => target([4, 1, 0, 22, 0, 0, 0, 1, 0], name, [0])

test.each([['5', version5], ['4A', version4a]])('SOCKS %s: a name', async (_version, ask) => {
  expect(await ask('host.example')).toMatchObject({ host: 'host.example', port: 22 })
})

// It stands in the error of a connection that cannot be made, and with a forwarding of the server's it is the server's own text.
test.each([['5', version5], ['4A', version4a]])('SOCKS %s: a name that could control a terminal is refused', async (_version, ask) => {
  for (const name of ['a\x1b[31m', 'a\u{202e}b', 'a b', 'a\nb', '']) await expect(ask(name), JSON.stringify(name)).rejects.toMatchObject({ code: 'ERR_SOCKS', message: 'the SOCKS request is malformed' })
})
