import { binaryOf } from '../../wire-format/bytes-of.ts'
import { wellFormed } from '../../errors/arguments.ts'
import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_OP_UNSUPPORTED } from '../../ffi/constants.gen.ts'
import { decodeText, sizeOf } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import { readAttributes, type SftpStat, writeAttributes } from './attributes.ts'
import type { Expected, Reply } from './asked.ts'
import type { SftpConnection } from './connection.ts'
import type { Gate } from './gate.ts'
import * as FXP from './messages.ts'
import { handlePacket, packetOf, rangeHead } from './packets.ts'
import { received, type Received } from './received.ts'

export type Signal = AbortSignal | undefined

/** How client and server refer to an open file or directory; `path` is for errors. */
export interface RemoteHandle {
  readonly id: Uint8Array
  readonly path: SftpPath
  /** Where the next write goes, in a file that was opened for appending. */
  append?: number
}

export interface NamedFile {
  readonly filenameBytes: Uint8Array
  readonly longentry: string
  readonly attributes: SftpStat
}

/** Type, request id and length in front of the bytes of DATA. */
const DATA_HEADER = 9

/** Every request of SFTP version 3 as a function: one request, one reply, refusals as `SftpError`. */
export class SftpRequests {
  readonly connection: SftpConnection
  readonly #gate: Gate | undefined

  /** @param gate limits the requests in flight, for servers that accept few at a time. */
  constructor(connection: SftpConnection, gate?: Gate) {
    this.connection = connection
    this.#gate = gate
  }

  /** Sends a request and reads the reply, which must be of the type `wanted`. @throws SftpError for a status, unless it is OK. */
  #ask<T>(type: number, body: (writer: WireWriter) => void, expected: Expected<T>): Promise<T> {
    return this.#send((id) => packetOf(type, id, body), NOTHING, expected)
  }

  /** @param head makes the packet, up to the data */
  #send<T>(head: (id: number) => Uint8Array, data: readonly Uint8Array[], expected: Expected<T>): Promise<T> {
    const send = () => this.connection.send(head, data, expected)
    return this.#gate ? this.#gate.through(expected.signal, send) : send()
  }

  #done(type: number, about: SftpPath, body: (writer: WireWriter) => void, signal: Signal, operation = FXP.OPERATIONS[type]): Promise<void> {
    return this.#ask(type, body, { wanted: FXP.FXP_STATUS, about, operation, read: nothing, signal })
  }

  #attributes(type: number, about: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<SftpStat> {
    return this.#ask(type, body, { wanted: FXP.FXP_ATTRS, about, operation: FXP.OPERATIONS[type], read: readAttributes, signal })
  }

  #handle(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<RemoteHandle> {
    const discard = (late: Reply) => {
      if (late.type === FXP.FXP_HANDLE) this.close({ id: late.body.string().slice(), path }).catch(() => {})
    }
    return this.#ask(type, body, { wanted: FXP.FXP_HANDLE, about: path, operation: FXP.OPERATIONS[type], read: (answer) => ({ id: answer.string().slice(), path }), signal, discard })
  }

  open(path: SftpPath, flags: number, attributes: SftpAttributes, signal?: Signal): Promise<RemoteHandle> {
    return this.#handle(FXP.FXP_OPEN, path, (w) => writeAttributes(w.string(checkedPath(path)).uint32(flags), attributes), signal)
  }

  opendir(path: SftpPath, signal?: Signal): Promise<RemoteHandle> {
    return this.#handle(FXP.FXP_OPENDIR, path, (w) => w.string(checkedPath(path)), signal)
  }

  close({ id, path }: RemoteHandle, signal?: Signal): Promise<void> {
    return this.#send((request) => handlePacket(FXP.FXP_CLOSE, request, id), NOTHING, { wanted: FXP.FXP_STATUS, about: path, operation: 'close', read: nothing, signal })
  }

  /** Up to `length` bytes; fewer at the end of the file and wherever the server likes; `null` beyond the end. */
  read({ id, path }: RemoteHandle, offset: number, length: number, signal?: Signal): Promise<Received | null> {
    return this.#send<Received | null>((request) => rangeHead(FXP.FXP_READ, request, id, offset, length), NOTHING, {
      wanted: FXP.FXP_DATA, about: path, operation: 'read', atEnd: null, signal,
      read: (body, { data }) => contentOf(body, data, length, path),
    })
  }

  /**
   * Writes all of `data`, which must not change until the write is done, or aborted and sent. In a file opened for appending it goes where the last
   * write has ended, whatever `offset` says: some servers use the offset (remarks.ts).
   */
  write(handle: RemoteHandle, offset: number, data: readonly Uint8Array[], signal?: Signal): Promise<void> {
    const { id, path, append } = handle
    const length = sizeOf(data)
    if (append !== undefined) handle.append = append + length
    return this.#send((request) => rangeHead(FXP.FXP_WRITE, request, id, append ?? offset, length), data, { wanted: FXP.FXP_STATUS, about: path, operation: 'write', read: nothing, signal })
  }

  /** The next entries of a directory; `null` after the last. A reply without any name also means the end: asking again would never end. */
  async readdir({ id, path }: RemoteHandle, signal?: Signal): Promise<NamedFile[] | null> {
    const list = await this.#ask<NamedFile[] | null>(FXP.FXP_READDIR, (w) => w.string(id), { wanted: FXP.FXP_NAME, about: path, operation: 'readdir', read: names, atEnd: null, signal })
    return list?.length ? list : null
  }

  stat(path: SftpPath, signal?: Signal): Promise<SftpStat> {
    return this.#attributes(FXP.FXP_STAT, path, (w) => w.string(checkedPath(path)), signal)
  }

  lstat(path: SftpPath, signal?: Signal): Promise<SftpStat> {
    return this.#attributes(FXP.FXP_LSTAT, path, (w) => w.string(checkedPath(path)), signal)
  }

  fstat({ id, path }: RemoteHandle, signal?: Signal): Promise<SftpStat> {
    return this.#attributes(FXP.FXP_FSTAT, path, (w) => w.string(id), signal)
  }

  setstat(path: SftpPath, attributes: SftpAttributes, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_SETSTAT, path, (w) => writeAttributes(w.string(checkedPath(path)), attributes), signal)
  }

  fsetstat({ id, path }: RemoteHandle, attributes: SftpAttributes, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_FSETSTAT, path, (w) => writeAttributes(w.string(id), attributes), signal)
  }

  remove(path: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_REMOVE, path, (w) => w.string(checkedPath(path)), signal)
  }

  mkdir(path: SftpPath, attributes: SftpAttributes, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_MKDIR, path, (w) => writeAttributes(w.string(checkedPath(path)), attributes), signal)
  }

  rmdir(path: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_RMDIR, path, (w) => w.string(checkedPath(path)), signal)
  }

  rename(source: SftpPath, target: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_RENAME, source, (w) => w.string(checkedPath(source)).string(checkedPath(target)), signal)
  }

  /** The target comes first, as in OpenSSH and every server since; the draft says otherwise. */
  symlink(target: SftpPath, linkPath: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_SYMLINK, linkPath, (w) => w.string(checkedPath(target)).string(checkedPath(linkPath)), signal)
  }

  readlink(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_READLINK, path, (w) => w.string(checkedPath(path)), signal)
  }

  realpath(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_REALPATH, path, (w) => w.string(checkedPath(path)), signal)
  }

  async #name(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal, operation = FXP.OPERATIONS[type]): Promise<Uint8Array> {
    const [only] = await this.#ask(type, body, { wanted: FXP.FXP_NAME, about: path, operation, read: names, signal })
    if (!only) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { operation, said: 'an answer without a name' })
    return only.filenameBytes
  }

  /** An extension whose reply is a status. @throws SftpError (OP_UNSUPPORTED), without sending a request, if the server does not offer it. */
  async extended(name: string, about: SftpPath, body: (writer: WireWriter) => void, signal?: Signal): Promise<void> {
    this.#demand(name, about)
    await this.#done(FXP.FXP_EXTENDED, about, (w) => body(w.string(name)), signal, name)
  }

  /** An extension with its own reply data. @param demanded `false`: requests it although the server has not announced it. */
  async extendedReply<T>(name: string, about: SftpPath, body: (writer: WireWriter) => void, read: (body: WireReader) => T, signal?: Signal, demanded = true): Promise<T> {
    if (demanded) this.#demand(name, about)
    return this.#ask(FXP.FXP_EXTENDED, (w) => body(w.string(name)), { wanted: FXP.FXP_EXTENDED_REPLY, about, operation: name, read, signal })
  }

  /** An extension whose reply is like that of REALPATH. */
  async extendedName(name: string, about: SftpPath, body: (writer: WireWriter) => void, signal?: Signal): Promise<Uint8Array> {
    this.#demand(name, about)
    return this.#name(FXP.FXP_EXTENDED, about, (w) => body(w.string(name)), signal, name)
  }

  #demand(name: string, about: SftpPath): void {
    if (!this.connection.extensions.has(name)) {
      throw sftpRefusal(LIBSSH2_FX_OP_UNSUPPORTED, pathText(about), { operation: name, said: `the server does not offer ${name}` })
    }
  }
}

const NOTHING: readonly Uint8Array[] = []

const nothing = () => {}

/** The bytes of DATA; `null` for none, which means the same as EOF. */
function contentOf(body: WireReader, packet: readonly Uint8Array[] | undefined, length: number, path: SftpPath): Received | null {
  const announced = body.uint32()
  const sent = packet ? sizeOf(packet) - DATA_HEADER : body.remaining
  if (announced > length || announced > sent) {
    throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { operation: 'read', said: `${announced} bytes announced and ${sent} sent, where ${length} were requested` })
  }
  // Some servers send a flag after the bytes, as later drafts specify, so the announced length counts.
  if (announced === 0) return null
  return packet ? received(packet, DATA_HEADER, announced) : { parts: [body.bytes(announced)], size: announced }
}

/** A path as it goes into a request. @throws TypeError for a NUL, at which servers would cut it, and for text that UTF-8 cannot hold. */
export function checkedPath(path: SftpPath): SftpPath {
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) throw new TypeError('a path must be a string or a Uint8Array')
  const isCut = typeof path === 'string' ? wellFormed(path, 'a path').includes('\0') : binaryOf(path, 'a path').includes(0)
  if (isCut) throw new TypeError('a path must not contain a NUL')
  return path
}

function names(body: WireReader): NamedFile[] {
  const list: NamedFile[] = []
  for (let count = body.uint32(); count > 0; count--) {
    list.push({ filenameBytes: body.string().slice(), longentry: decodeText(body.string()), attributes: readAttributes(body) })
  }
  return list
}
