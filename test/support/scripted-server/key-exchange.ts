import { createHash, randomBytes } from 'node:crypto'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import type { Connection } from './connection.ts'
import type { SigningKey } from './host-key.ts'
import { agreeOnSecret, type KeyAgreement } from './key-agreement.ts'
import { SSH_MSG } from './messages.ts'
import { type DirectionAlgorithms, packetCipher } from './packet-cipher.ts'

/** What a script may set, and get wrong, in a key exchange. */
export interface KeyExchangeOptions {
  readonly clientToServer?: Partial<DirectionAlgorithms>
  readonly serverToClient?: Partial<DirectionAlgorithms>
  /** Offer ext-info-s: the client may send EXT_INFO. Default false. */
  readonly extInfo?: boolean
  /** Offer kex-strict-s-v00@openssh.com. Default true. */
  readonly strict?: boolean
  /** Default: ecdh-sha2-nistp256. */
  readonly kex?: KeyAgreement
  /** Default: the server's key. */
  readonly hostKey?: SigningKey
  /** The client's KEXINIT, if the script has already received it. */
  readonly clientInit?: Uint8Array
  /** Changes KEXINIT before it is sent and hashed. */
  readonly init?: (init: Uint8Array) => Uint8Array
  /** Changes the reply (KEX_ECDH_REPLY) before it is sent. */
  readonly reply?: (reply: Uint8Array) => Uint8Array
  /** Runs before the reply, and before NEWKEYS. */
  readonly beforeReply?: () => Promise<void> | void
  readonly beforeNewKeys?: () => Promise<void> | void
  /** Receives the secret and the keys, which must not be found in memory afterwards. */
  readonly learn?: (name: string, bytes: Uint8Array) => void
}

const DEFAULTS: DirectionAlgorithms = { cipher: 'aes128-ctr', mac: 'hmac-sha2-256', compression: 'none' }

/** One exchange from KEXINIT to NEWKEYS; a first one or a re-exchange. */
export async function exchangeKeys(connection: Connection, options: KeyExchangeOptions = {}): Promise<void> {
  const incoming = { ...connection.incomingAlgorithms, ...options.clientToServer }
  const outgoing = { ...connection.outgoingAlgorithms, ...options.serverToClient }
  const kex = options.kex ?? 'ecdh-sha2-nistp256'
  const key = options.hostKey ?? connection.hostKey
  const rightInit = kexInit(kex, key, incoming, outgoing, [...(options.strict ?? true ? ['kex-strict-s-v00@openssh.com'] : []), ...(options.extInfo ? ['ext-info-s'] : [])])
  const serverInit = options.init?.(rightInit) ?? rightInit
  connection.send(serverInit)
  const clientInit = options.clientInit ?? await connection.receive(SSH_MSG.KEXINIT)
  const offered = new WireReader(clientInit.subarray(17)).nameList()
  connection.strict ||= (options.strict ?? true) && offered.includes('kex-strict-c-v00@openssh.com')

  const clientPoint = new WireReader((await connection.receive(SSH_MSG.KEX_ECDH_INIT)).subarray(1)).string()
  const agreed = agreeOnSecret(kex, clientPoint)
  const { serverPoint, encoded: secret } = agreed
  options.learn?.('shared secret', agreed.secret)
  const hash = createHash('sha256').update(new WireWriter()
    .string(connection.clientIdentification).string(connection.serverIdentification)
    .string(clientInit).string(serverInit).string(key.blob).string(clientPoint).string(serverPoint).bytes(secret)
    .finish()).digest()
  connection.sessionId ??= hash

  await options.beforeReply?.()
  const reply = new WireWriter().byte(SSH_MSG.KEX_ECDH_REPLY).string(key.blob).string(serverPoint).string(await key.sign(hash)).finish()
  connection.send(options.reply?.(reply) ?? reply)
  await options.beforeNewKeys?.()
  connection.send(new Uint8Array([SSH_MSG.NEWKEYS]))
  await connection.sent()

  const { sessionId } = connection
  const derive = (letter: string, length: number) => {
    let bytes = createHash('sha256').update(secret).update(hash).update(letter).update(sessionId).digest()
    while (bytes.length < length) bytes = Buffer.concat([bytes, createHash('sha256').update(secret).update(hash).update(bytes).digest()])
    options.learn?.(`key ${letter}`, bytes.subarray(0, length))
    return bytes.subarray(0, length)
  }
  connection.protectOutgoing(outgoing, packetCipher(outgoing, ['B', 'D', 'F'], derive))
  await connection.receive(SSH_MSG.NEWKEYS)
  connection.protectIncoming(incoming, packetCipher(incoming, ['A', 'C', 'E'], derive))
}

export const defaultAlgorithms = (): DirectionAlgorithms => ({ ...DEFAULTS })

/** A KEXINIT that leaves the client exactly one choice of each kind. */
function kexInit(kex: KeyAgreement, key: SigningKey, incoming: DirectionAlgorithms, outgoing: DirectionAlgorithms, extensions: readonly string[]): Uint8Array {
  return new WireWriter()
    .byte(SSH_MSG.KEXINIT).bytes(randomBytes(16))
    .nameList([kex, ...extensions])
    .nameList([key.algorithm])
    .nameList([incoming.cipher]).nameList([outgoing.cipher])
    .nameList([incoming.mac]).nameList([outgoing.mac])
    .nameList([incoming.compression]).nameList([outgoing.compression])
    .nameList([]).nameList([])
    .boolean(false).uint32(0)
    .finish()
}
