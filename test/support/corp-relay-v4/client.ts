/// A client of corp-relay-v4 relays: this project's second one, written from the protocol's public description, without src/ and packages/.
import { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { ack, data, LONGEST_ARRAY, read } from './frames.ts'

export interface RelayClientOptions {
  /** `ws://HOST:PORT/` */
  readonly relay: string
  readonly host: string
  readonly port: number
}

export interface RelayClient {
  /** The connection to the server. */
  readonly stream: Duplex
  /** Reconnections so far. */
  readonly resumed: number
  readonly sid: string | undefined
}

export function relayClient({ relay, host, port }: RelayClientOptions): RelayClient {
  let socket: WebSocket | undefined
  let sid: string | undefined
  let resumed = 0
  let received = 0n
  let acked = 0n
  /** What the relay has not acknowledged. */
  let kept = Buffer.alloc(0)
  let ready = false
  let over = false
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      kept = Buffer.concat([kept, chunk])
      if (ready) send(chunk)
      done()
    },
    final(done) {
      end()
      done()
    },
    destroy(error, done) {
      end()
      done(error)
    },
  })

  function end(): void {
    over = true
    socket?.close(1000)
  }
  function send(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += LONGEST_ARRAY) socket?.send(data(bytes.subarray(at, at + LONGEST_ARRAY)))
  }
  function taken(position: bigint): void {
    if (position < acked) throw new Error(`an ACK goes back from ${acked} to ${position}`)
    kept = kept.subarray(Number(position - acked))
    acked = position
  }
  function message(bytes: Buffer): void {
    const command = read(bytes)
    switch (command.name) {
      case 'CONNECT_SUCCESS':
        sid = command.sid
        ready = true
        return send(kept)
      case 'RECONNECT_SUCCESS':
        resumed++
        taken(command.ack)
        ready = true
        return send(kept)
      case 'DATA':
        received += BigInt(command.data.length)
        stream.push(Buffer.from(command.data))
        return void socket?.send(ack(received))
      case 'ACK': return taken(command.ack)
      case 'unknown': return
    }
  }
  function dial(): void {
    const query = sid === undefined ? `v4/connect?host=${encodeURIComponent(host)}&port=${port}` : `v4/reconnect?sid=${encodeURIComponent(sid)}&ack=${received}`
    const dialled = socket = new WebSocket(relay + query, ['ssh'])
    ready = false
    dialled.on('error', () => {})
    dialled.on('message', (bytes: Buffer) => {
      if (dialled !== socket) return
      try {
        message(bytes)
      } catch (error) {
        stream.destroy(error as Error)
      }
    })
    dialled.on('close', (code) => {
      if (dialled !== socket) return
      ready = false
      if (over) return void stream.push(null)
      // An unclean end is a lost network; a clean one is the server's.
      if (code === 1006 && sid !== undefined) setTimeout(dial, 20)
      else if (code === 1000) stream.push(null)
      else stream.destroy(new Error(`the relay closed with ${code}`))
    })
  }
  dial()
  return { stream, get resumed() { return resumed }, get sid() { return sid } }
}
