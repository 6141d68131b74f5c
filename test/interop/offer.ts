import { connect } from 'node:net'
import type { Transport } from '../../src/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'

/** The names of an SSH_MSG_KEXINIT (RFC 4253 section 7.1), both directions being alike in practice. */
export interface Offer {
  readonly kex: readonly string[]
  readonly hostKey: readonly string[]
  readonly cipher: readonly string[]
  readonly mac: readonly string[]
  readonly compression: readonly string[]
}

/** What a server offers to anybody: reads its first message and goes. */
export function serverOffer({ host, port }: { host: string; port: number }): Promise<Offer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const socket = connect(port, host, () => socket.write('SSH-2.0-offer\r\n'))
    socket.setTimeout(10_000, () => socket.destroy(new Error('the server sent no SSH_MSG_KEXINIT')))
    socket.once('error', reject)
    socket.once('end', () => reject(new Error(`the server left after: ${received.toString('latin1')}`)))
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const offer = parse(received)
      if (offer === undefined) return
      socket.destroy()
      resolve(offer)
    })
  })
}

/** What a client offers at the other end of `transport`. */
export async function clientOffer({ readable, writable }: Transport): Promise<Offer> {
  await writable.getWriter().write(new TextEncoder().encode('SSH-2.0-offer\r\n'))
  const reader = readable.getReader()
  let received = Buffer.alloc(0)
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error('the client sent no SSH_MSG_KEXINIT')
    received = Buffer.concat([received, value])
    const offer = parse(received)
    if (offer !== undefined) return offer
  }
}

/** Undefined while the identification line or the packet is not complete. */
function parse(received: Buffer): Offer | undefined {
  const start = received.indexOf('SSH-2.0-')
  const end = received.indexOf('\n', start)
  if (start < 0 || end < 0) return undefined
  const packet = received.subarray(end + 1)
  if (packet.length < 4 || packet.length < 4 + packet.readUInt32BE(0)) return undefined
  const reader = new WireReader(packet)
  reader.uint32()
  reader.byte()
  const message = reader.byte()
  if (message !== 20) throw new Error(`message ${message} where SSH_MSG_KEXINIT should be`)
  reader.bytes(16)
  // libssh 0.10 offers an empty name among the others.
  const [kex, hostKey, , cipher, , mac, , compression] = Array.from({ length: 8 }, () => reader.text().split(',').filter((name) => name !== ''))
  return { kex, hostKey, cipher, mac, compression } as Offer
}
