/** The part of SSH that moves no data: npm `ssh2` connects and logs in, and hands over its keys and the socket. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type * as Ssh2 from 'ssh2'
import { ReadBuffer } from '../../src/transports/read-buffer.ts'
import type { Target } from '../types.ts'

export interface Direction {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

export interface LoggedIn {
  readonly socket: Socket
  readonly sealing: Direction
  readonly opening: Direction
  /** From now on `arrived` gets what the socket reads: chunks that are lent to it. */
  read(arrived: (chunk: Uint8Array) => void): void
}

/** Of npm ssh2's classes AESGCMCipherNative and AESGCMDecipherNative in lib/protocol/crypto.js. */
interface Internals {
  readonly _protocol: {
    readonly _cipher: { readonly _encKey?: Uint8Array, readonly _encIV: Uint8Array }
    readonly _decipher: { readonly _decipherKey?: Uint8Array, readonly _decipherIV: Uint8Array, readonly _lenBytes: number }
  }
}

/** Without its addon, which would hide the keys. */
const PACKAGE = fileURLToPath(new URL('ssh2-plain', import.meta.url))

const fingerprint = (digest: string) => `SHA256:${Buffer.from(digest, 'hex').toString('base64').replace(/=+$/, '')}`

export async function logIn(target: Target, cipher: string): Promise<LoggedIn> {
  const { Client } = createRequire(import.meta.url)(PACKAGE) as typeof Ssh2
  let arrived = (chunk: Uint8Array): void => { toSsh2.push(Buffer.from(chunk)) }
  // As this library reads: into one buffer, and with rests, without which the server wakes the client, and is slowed by that, for every packet.
  const transport = new ReadBuffer({ host: target.host, port: target.port, noDelay: true })
  const { socket } = transport
  const toSsh2 = new Duplex({ read() {}, write: (chunk: Buffer, _, done) => void socket.write(chunk, done) })
  transport.port().start({ data: (chunk) => arrived(chunk), drained() {}, ended() {} })
  const client = new Client()
  const privateKey = await readFile(target.keyFile)
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    client.once('ready', resolve).once('error', reject)
    client.connect({
      sock: toSsh2, username: target.user, privateKey, hostHash: 'sha256', hostVerifier: (digest: string) => fingerprint(digest) === target.fingerprint, algorithms: { cipher: [cipher as never] },
    })
  })
  return { socket, ...await handedOver(client as unknown as Internals), read(next) { arrived = next } }
}

/** Between two packets: what the server says of itself after a login has been read whole then. */
async function handedOver({ _protocol: { _cipher: cipher, _decipher: decipher } }: Internals): Promise<Pick<LoggedIn, 'sealing' | 'opening'>> {
  do await setImmediate()
  while (decipher._lenBytes > 0)
  if (!cipher._encKey || !decipher._decipherKey) throw new Error(`the keys of ${PACKAGE} cannot be read`)
  return { sealing: { key: cipher._encKey, nonce: Uint8Array.from(cipher._encIV) }, opening: { key: decipher._decipherKey, nonce: Uint8Array.from(decipher._decipherIV) } }
}
