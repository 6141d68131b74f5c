import type { Duplex } from 'node:stream'
import { SSHError } from '../../errors/ssh-error.ts'

/** Numbers of RFC 1928, and of SOCKS 4 and 4A. */
const VERSION = 5, VERSION_4 = 4, GRANTED_4 = 90, REJECTED_4 = 91, CONNECT = 1, NO_AUTHENTICATION = 0, NO_ACCEPTABLE = 0xff
const IPV4 = 1, DOMAIN = 3, IPV6 = 4
const SUCCEEDED = 0, GENERAL_FAILURE = 1, NOT_ALLOWED = 2, CONNECTION_REFUSED = 5, COMMAND_NOT_SUPPORTED = 7, ADDRESS_NOT_SUPPORTED = 8

/** Reasons of RFC 4254 section 5.1 as replies; the server does not say why it could not connect. */
const REPLY_OF_REASON: Readonly<Record<number, number>> = { 1: NOT_ALLOWED, 2: CONNECTION_REFUSED }

/** Milliseconds that a client has to name its target. */
const PATIENCE = 30_000
/** The most bytes of a name in SOCKS 4. */
const LONGEST_TEXT = 255

/** The target that a SOCKS client requested; the SSH server resolves names. */
export interface SocksTarget {
  readonly host: string
  readonly port: number
}

/** Serves the SOCKS handshake (RFC 1928, CONNECT without authentication; SOCKS 4 and 4A) on a paused stream, and opens the requested connection. */
export async function openBySocks<T>(socket: Duplex, open: (target: SocksTarget) => Promise<T>): Promise<T> {
  const patience = setTimeout(() => socket.destroy(failure('the SOCKS client sent nothing')), PATIENCE)
  let asked: SocksTarget & { readonly version: number }
  try {
    asked = await request(socket)
  } finally {
    clearTimeout(patience)
  }
  try {
    const stream = await open(asked)
    reply(socket, asked.version, SUCCEEDED)
    return stream
  } catch (error) {
    reply(socket, asked.version, REPLY_OF_REASON[(error as { reason?: number }).reason ?? 0] ?? GENERAL_FAILURE)
    await ended(socket)
    throw error
  }
}

/** The name stands in errors, and in questions to a resolver: it has no controls, blanks or invisible characters. */
async function request(socket: Duplex): Promise<SocksTarget & { readonly version: number }> {
  const asked = await readRequest(socket)
  if (asked.host === '' || /[\p{C}\s]/u.test(asked.host)) throw failure('the SOCKS request is malformed')
  return asked
}

async function readRequest(socket: Duplex): Promise<SocksTarget & { readonly version: number }> {
  const [version, count = 0] = await take(socket, 2)
  if (version === VERSION_4) return { version, ...await request4(socket, count) }
  if (version !== VERSION) throw failure(`SOCKS version ${version} is not supported`)
  const methods = await take(socket, count)
  if (!methods.includes(NO_AUTHENTICATION)) return refuse(socket, [VERSION, NO_ACCEPTABLE], 'the SOCKS client wants authentication')
  socket.write(Uint8Array.of(VERSION, NO_AUTHENTICATION))
  const [again, command, , type] = await take(socket, 4)
  if (again !== VERSION) throw failure('the SOCKS request is malformed')
  if (command !== CONNECT) return refuse(socket, replyBytes(COMMAND_NOT_SUPPORTED), `SOCKS command ${command} is not supported`)
  const host = await address(socket, type)
  const [high = 0, low = 0] = await take(socket, 2)
  return { version, host, port: high << 8 | low }
}

/** SOCKS 4: an address and a user name; 4A: an impossible address, followed by a host name. */
async function request4(socket: Duplex, command: number): Promise<SocksTarget> {
  if (command !== CONNECT) return refuse(socket, replyBytes4(REJECTED_4), `SOCKS command ${command} is not supported`)
  const [high = 0, low = 0, ...bytes] = await take(socket, 6)
  await takeText(socket)
  const named = bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] !== 0
  return { host: named ? await takeText(socket) : bytes.join('.'), port: high << 8 | low }
}

/** Text up to a zero byte. */
async function takeText(socket: Duplex): Promise<string> {
  const bytes: number[] = []
  for (;;) {
    const [byte = 0] = await take(socket, 1)
    if (byte === 0) return Buffer.from(bytes).toString('utf8')
    if (bytes.push(byte) > LONGEST_TEXT) throw failure('the SOCKS request is malformed')
  }
}

async function address(socket: Duplex, type: number | undefined): Promise<string> {
  if (type === IPV4) return (await take(socket, 4)).join('.')
  if (type === DOMAIN) return (await take(socket, (await take(socket, 1))[0] ?? 0)).toString('utf8')
  if (type !== IPV6) return refuse(socket, replyBytes(ADDRESS_NOT_SUPPORTED), `SOCKS address type ${type} is not supported`)
  const bytes = await take(socket, 16)
  return Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16)).join(':')
}

/** Exactly so many bytes; the rest stays in the socket. */
async function take(socket: Duplex, count: number): Promise<Buffer> {
  let taken: Buffer = Buffer.alloc(0)
  for (;;) {
    // Takes everything: while data is left in the socket, it reports that there is data to read.
    const chunk = socket.read() as Buffer | null
    if (chunk) taken = Buffer.concat([taken, chunk])
    if (taken.length >= count) {
      if (taken.length > count) socket.unshift(taken.subarray(count))
      return taken.subarray(0, count)
    }
    if (socket.readableEnded || socket.destroyed) throw socket.errored ?? failure('the SOCKS client hung up')
    await new Promise<void>((resolve) => {
      const settle = () => {
        socket.off('readable', settle).off('end', settle).off('close', settle)
        resolve()
      }
      socket.on('readable', settle).on('end', settle).on('close', settle)
    })
  }
}

/** The address that the server connected from is not known here. */
const replyBytes = (code: number): number[] => [VERSION, code, 0, IPV4, 0, 0, 0, 0, 0, 0]

const replyBytes4 = (code: number): number[] => [0, code, 0, 0, 0, 0, 0, 0]

const reply = (socket: Duplex, version: number, code: number) => socket.write(Uint8Array.from(version === VERSION_4 ? replyBytes4(code === SUCCEEDED ? GRANTED_4 : REJECTED_4) : replyBytes(code)))

async function refuse(socket: Duplex, answer: readonly number[], message: string): Promise<never> {
  socket.write(Uint8Array.from(answer))
  await ended(socket)
  throw failure(message)
}

/** Lets the reply go out. */
function ended(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    socket.end(() => resolve())
  })
}

const failure = (message: string) => new SSHError(message, { code: 'ERR_SOCKS' })
