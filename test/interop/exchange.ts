import { readFileSync } from 'node:fs'
import { Instance, Session, LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { seededRandom } from '../support/random.ts'
import { execute, finish, readAll } from '../support/session.ts'
import { publicKey } from '../support/key-pairs.ts'
import type { ClientKeys, SshServer } from '../support/ssh-server.ts'
import { transportPair } from '../support/transport.ts'
import type { Choice, Shared } from './choices.ts'
import { clientOffer } from './offer.ts'

export interface ExchangeOptions {
  /** What to force; without it the defaults of both sides decide. */
  readonly choice?: Choice
  /** Default: ed25519. */
  readonly key?: keyof ClientKeys
  /** Where the session lives; default: an instance of its own. */
  readonly instance?: Instance
  /** In that instance of its own: AES and HMAC of the runtime (default) or ours. */
  readonly hostCrypto?: boolean
  /** Sent to the server and back; default 100 kB. */
  readonly bytes?: number
  /** Exchanges of keys that this side begins meanwhile, one after the other; default none. */
  readonly rekeys?: number
}

/** What this build offers by itself, and all that it has: with what is weak and only offered when it is named. */
export async function supported(): Promise<{ byDefault: Shared; all: Shared }> {
  const [ours, peer] = transportPair()
  const session = await Session.create(ours)
  try {
    // It ends with the session.
    session.complete(() => session.handshake()).catch(() => {})
    const byDefault = await clientOffer(peer)
    const names = (type: number) => [...new Set(session.supportedAlgs(type))]
    const all = {
      kex: names(LIBSSH2_METHOD_KEX),
      hostKey: names(LIBSSH2_METHOD_HOSTKEY),
      cipher: names(LIBSSH2_METHOD_CRYPT_CS),
      mac: names(LIBSSH2_METHOD_MAC_CS),
    }
    return { byDefault, all }
  } finally {
    session.free()
  }
}

/** What was agreed upon, and with whom. */
export interface Exchanged extends Choice {
  readonly banner: string
}

/** A whole session: keys, host key compared, login, bytes there and back through a channel, exit status. */
export async function exchange(server: SshServer, options: ExchangeOptions = {}): Promise<Exchanged> {
  const session = await Session.create(await connectTcp(server), { instance: options.instance ?? await Instance.create({ hostCrypto: options.hostCrypto }) })
  try {
    if (options.choice !== undefined) prefer(session, options.choice)
    await session.complete(() => session.handshake())
    verifyHostKey(session, server)
    const key = readFileSync(server.keys[options.key ?? 'ed25519'].path, 'utf8')
    await session.complete(() => session.userauthPublickeyFromMemory(server.user, key))
    using _more = options.rekeys === undefined ? undefined : ignoreMeanwhile(session)
    await Promise.all([echo(session, options.bytes ?? 100_000), rekey(session, options.rekeys ?? 0)])
    return { ...negotiated(session), banner: session.bannerGet() ?? '' }
  } finally {
    await session.close()
  }
}

function prefer(session: Session, { kex, hostKey, cipher, mac }: Choice): void {
  session.methodPref(LIBSSH2_METHOD_KEX, kex)
  session.methodPref(LIBSSH2_METHOD_HOSTKEY, hostKey)
  for (const type of [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC]) session.methodPref(type, cipher)
  if (mac === undefined) return
  for (const type of [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC]) session.methodPref(type, mac)
}

function negotiated(session: Session): Choice {
  const name = (type: number) => session.methods(type) ?? ''
  const cipher = name(LIBSSH2_METHOD_CRYPT_CS)
  const choice = { kex: name(LIBSSH2_METHOD_KEX), hostKey: name(LIBSSH2_METHOD_HOSTKEY), cipher }
  return /gcm|poly1305/.test(cipher) ? choice : { ...choice, mac: name(LIBSSH2_METHOD_MAC_CS) }
}

function verifyHostKey(session: Session, server: SshServer): void {
  const blob = session.hostkey()?.key ?? new Uint8Array()
  const { fingerprint } = publicKey(`key ${Buffer.from(blob).toString('base64')}`)
  if (!server.hostKeys.some((key) => key.fingerprint === fingerprint)) throw new Error(`${fingerprint} is no host key of this server`)
}

/** TinySSH looks at what came in one piece with NEWKEYS when more comes, or after a minute: so something does, also after the last exchange. */
function ignoreMeanwhile(session: Session): Disposable {
  const timer = setInterval(() => session.failure ?? session.sendIgnore(), 100)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

async function rekey(session: Session, times: number): Promise<void> {
  for (let done = 0; done < times; done++) await session.complete(() => session.rekey())
}

async function echo(session: Session, length: number): Promise<void> {
  const sent = seededRandom(length).bytes(length)
  const channel = await execute(session, 'cat; exit 7')
  const received = readAll(channel)
  await session.complete(() => channel.write(sent))
  await session.complete(() => channel.sendEof())
  if (Buffer.compare(await received, sent) !== 0) throw new Error('the bytes that came back are not those sent')
  await finish(channel)
  if (channel.getExitStatus() !== 7) throw new Error(`exit status ${channel.getExitStatus()} where it should be 7`)
}
