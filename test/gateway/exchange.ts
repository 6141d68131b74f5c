/// Bytes out and back through an echo and a gateway, with their hashes. Runs in Node, in pages and in Workers; WebCrypto hashes, so that the page's thread is free.
import { connectGateway, type ConnectGatewayOptions } from 'libssh2-wasm/gateway'

export interface Exchanged {
  /** Of what was sent and of what came back: a chain of SHA-256 over its pieces of 64 KiB, hexadecimal. */
  readonly out: string
  readonly back: string
  readonly received: number
  /** Cuts that the connection has survived. */
  readonly resumed: number
}

const CHUNK = 64 << 10

/** Each link is the SHA-256 of the one before and of the next 64 KiB. */
class Chain {
  readonly #piece = new Uint8Array(32 + CHUNK)
  #filled = 32
  #last = Promise.resolve(new Uint8Array(32))

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + this.#piece.length - this.#filled)
      this.#piece.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === this.#piece.length) this.#link()
    }
  }

  #link(): void {
    const piece = this.#piece.slice(0, this.#filled)
    this.#filled = 32
    this.#last = this.#last.then(async (before) => {
      piece.set(before)
      return new Uint8Array(await crypto.subtle.digest('SHA-256', piece))
    })
  }

  async digest(): Promise<string> {
    this.#link()
    return Array.from(await this.#last, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}

/** Bytes that may wait to be sent. */
const QUEUE = 1 << 20

/** @param size bytes, a multiple of 64 KiB */
export async function exchange(url: string, { port, ticket, size, ...options }: Pick<ConnectGatewayOptions, 'port' | 'ticket' | 'openWebSocket' | 'protocol'> & { readonly port: number, readonly size: number }): Promise<Exchanged> {
  const transport = await connectGateway(url, { host: '127.0.0.1', port, ticket, ...options })
  let resumed = 0
  transport.addEventListener('resumed', () => resumed++)
  const [out, back] = [new Chain(), new Chain()]
  const block = crypto.getRandomValues(new Uint8Array(CHUNK))
  let received = 0
  let more = () => {}
  const done = new Promise<void>((resolve, reject) => transport.port.start({
    data: (chunk) => {
      back.push(chunk)
      received += chunk.length
      if (received >= size) resolve()
    },
    drained: () => more(),
    ended: (error) => reject(error ?? new Error(`the connection ended after ${received} bytes`)),
  }))
  const sending = (async () => {
    for (let sent = 0; sent < size; sent += CHUNK) {
      const chunk = block.slice()
      // No two chunks are the same: a doubled, lost or exchanged one has another hash.
      new DataView(chunk.buffer).setUint32(0, sent / CHUNK)
      out.push(chunk)
      transport.port.write(chunk)
      while (transport.port.queued > QUEUE) {
        // `drained` may have been called before anybody waited for it.
        await Promise.race([new Promise<void>((resolve) => { more = resolve }), new Promise((resolve) => setTimeout(resolve, 20))])
      }
    }
  })()
  await Promise.race([done, sending.then(() => done)])
  const result = { out: await out.digest(), back: await back.digest(), received, resumed }
  await transport.close()
  return result
}
