/// The PROXY protocol of HAProxy, versions 1 and 2: the client's address behind a load balancer that does not speak HTTP.
import type { Socket } from 'node:net'
import { formatAddress } from '../policy/address.ts'

const V2_SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a])
/** Bytes of the longest header: version 1 has 107, version 2 has 16 and the length that it states. */
const LONGEST = 16 + 2048

export interface ProxyHeader {
  /** Bytes of the header. */
  readonly length: number
  /** Undefined for a health check of the proxy itself (LOCAL, UNKNOWN). */
  readonly client: string | undefined
}

/** @returns undefined while more must come @throws Error for an invalid header */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | undefined {
  const v2 = V2_SIGNATURE.subarray(0, bytes.length).equals(bytes.subarray(0, V2_SIGNATURE.length))
  if (v2) return bytes.length < 16 ? undefined : parseV2(bytes)
  if (!'PROXY '.startsWith(bytes.toString('latin1', 0, 6))) throw new Error('no PROXY protocol')
  const end = bytes.indexOf('\r\n')
  if (end < 0) {
    if (bytes.length >= 107) throw new Error('no PROXY protocol')
    return undefined
  }
  const [, family, client] = bytes.toString('latin1', 0, end).split(' ')
  if (family === 'UNKNOWN') return { length: end + 2, client: undefined }
  if ((family !== 'TCP4' && family !== 'TCP6') || client === undefined) throw new Error('no PROXY protocol')
  return { length: end + 2, client }
}

function parseV2(bytes: Buffer): ProxyHeader | undefined {
  const [command, family] = [bytes[12] as number, bytes[13] as number]
  const length = 16 + bytes.readUInt16BE(14)
  if (command >> 4 !== 2 || (command & 15) > 1 || length > LONGEST) throw new Error('no PROXY protocol')
  if (bytes.length < length) return undefined
  const size = family >> 4 === 1 ? 4 : family >> 4 === 2 ? 16 : 0
  if ((command & 15) === 0 || size === 0) return { length, client: undefined }
  if (length < 16 + size * 2 + 4) throw new Error('no PROXY protocol')
  return { length, client: formatAddress(Uint8Array.from(bytes.subarray(16, 16 + size))) }
}

/** Reads the header from `socket`, puts back the bytes that follow it, and returns the client's address. Without a header the socket is destroyed. */
export function readProxyHeader(socket: Socket, milliseconds: number, done: (client: string | undefined) => void): void {
  let read = Buffer.alloc(0)
  const give = () => {
    clearTimeout(timer)
    socket.off('data', onData)
    socket.off('close', give)
  }
  const onData = (chunk: Buffer) => {
    read = Buffer.concat([read, chunk])
    try {
      const header = parseProxyHeader(read)
      if (!header) return
      give()
      socket.pause()
      if (read.length > header.length) socket.unshift(read.subarray(header.length))
      done(header.client)
    } catch {
      give()
      socket.destroy()
    }
  }
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  socket.on('data', onData)
  socket.once('close', give)
}

/** Version 2, for a target that wants to know its client. */
export function proxyHeaderV2(client: Uint8Array, target: Uint8Array, port: number): Buffer {
  const wide = client.length === 16 || target.length === 16
  const mapped = (address: Uint8Array) => address.length === 16 || !wide ? Buffer.from(address) : Buffer.concat([Buffer.alloc(10), Buffer.from([255, 255]), address])
  const ports = Buffer.alloc(4)
  ports.writeUInt16BE(port, 2)
  const body = Buffer.concat([mapped(client), mapped(target), ports])
  const head = Buffer.from([0x21, wide ? 0x21 : 0x11, 0, body.length])
  return Buffer.concat([V2_SIGNATURE, head, body])
}
