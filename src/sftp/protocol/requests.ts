import { binaryOf } from '../../wire-format/bytes-of.ts'
import { wellFormed } from '../../errors/arguments.ts'
import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import type { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_EOF, LIBSSH2_FX_OK, LIBSSH2_FX_OP_UNSUPPORTED } from '../../ffi/constants.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import { readAttributes, type SftpStat, writeAttributes } from './attributes.ts'
import type { Reply, RequestOptions, SftpConnection } from './connection.ts'
import type { Gate } from './gate.ts'
import { LentBytes } from './lent-bytes.ts'
import * as FXP from './messages.ts'
import { sizeOf } from './parts.ts'

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
  async #ask<T>(type: number, wanted: number, about: SftpPath, body: (writer: WireWriter) => void, read: (body: WireReader, reply: Reply) => T, options: RequestOptions = {}, operation = FXP.OPERATIONS[type]): Promise<T> {
    const ask = () => this.connection.request(type, body, options)
    const reply = await (this.#gate ? this.#gate.through(options.signal, ask) : ask())
    try {
      if (reply.type === FXP.FXP_STATUS) {
        const status = reply.body.uint32()
        // Old servers leave out the message.
        const said = () => reply.body.remaining > 0 ? decodeText(reply.body.string()) : ''
        if (status !== LIBSSH2_FX_OK) throw this.#refusal(status, about, operation, said())
      }
      if (reply.type !== wanted) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(about), { operation, said: `an answer of type ${reply.type}` })
      return read(reply.body, reply)
    } catch (error) {
      reply.lent?.[Symbol.dispose]()
      throw error
    }
  }

  #refusal(status: number, about: SftpPath, operation: string | undefined, said: string): SftpError {
    const refusal = sftpRefusal(status, pathText(about), { operation, said })
    words.set(refusal, said)
    return refusal
  }

  #done(type: number, about: SftpPath, body: (writer: WireWriter) => void, options: RequestOptions, operation?: string): Promise<void> {
    return this.#ask(type, FXP.FXP_STATUS, about, body, () => {}, options, operation)
  }

  #attributes(type: number, about: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<SftpStat> {
    return this.#ask(type, FXP.FXP_ATTRS, about, body, readAttributes, { signal })
  }

  #handle(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<RemoteHandle> {
    const discard = (late: Reply) => {
      if (late.type === FXP.FXP_HANDLE) this.close({ id: late.body.string().slice(), path }).catch(() => {})
    }
    return this.#ask(type, FXP.FXP_HANDLE, path, body, (answer) => ({ id: answer.string().slice(), path }), { signal, discard })
  }

  open(path: SftpPath, flags: number, attributes: SftpAttributes, signal?: Signal): Promise<RemoteHandle> {
    return this.#handle(FXP.FXP_OPEN, path, (w) => writeAttributes(w.string(checkedPath(path)).uint32(flags), attributes), signal)
  }

  opendir(path: SftpPath, signal?: Signal): Promise<RemoteHandle> {
    return this.#handle(FXP.FXP_OPENDIR, path, (w) => w.string(checkedPath(path)), signal)
  }

  close({ id, path }: RemoteHandle, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_CLOSE, path, (w) => w.string(id), { signal })
  }

  /** Up to `length` bytes; fewer at the end of the file and wherever the server likes; `null` beyond the end. */
  async read({ id, path }: RemoteHandle, offset: number, length: number, signal?: Signal): Promise<LentBytes | null> {
    const data = await this.#orEnd(this.#ask(FXP.FXP_READ, FXP.FXP_DATA, path, (w) => w.string(id).uint64(BigInt(offset)).uint32(length), (body, { lent }) => {
      const announced = body.uint32()
      const sent = lent ? lent.size - DATA_HEADER : body.remaining
      if (announced > length || announced > sent) {
        throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { operation: 'read', said: `${announced} bytes announced and ${sent} sent, where ${length} were requested` })
      }
      // Some servers send a flag after the bytes, as later drafts specify, so the announced length counts.
      return lent ? lent.cut(DATA_HEADER, DATA_HEADER + announced) : new LentBytes([body.bytes(announced)], () => {})
    }, { signal }))
    if (data?.size) return data
    // No bytes mean the same as EOF.
    data?.[Symbol.dispose]()
    return null
  }

  async #orEnd<T>(answer: Promise<T>): Promise<T | null> {
    try {
      return await answer
    } catch (error) {
      if ((error as { status?: number } | null)?.status === LIBSSH2_FX_EOF) return null
      throw error
    }
  }

  /**
   * Writes all of `data`, which must not change until the write is done, or aborted and sent. In a file opened for appending it goes where the last
   * write has ended, whatever `offset` says: some servers use the offset (remarks.ts).
   */
  write(handle: RemoteHandle, offset: number, data: readonly Uint8Array[], signal?: Signal): Promise<void> {
    const { id, path, append } = handle
    const length = sizeOf(data)
    if (append !== undefined) handle.append = append + length
    return this.#done(FXP.FXP_WRITE, path, (w) => w.string(id).uint64(BigInt(append ?? offset)).uint32(length), { signal, data })
  }

  /** The next entries of a directory; `null` after the last. A reply without any name also means the end: asking again would never end. */
  async readdir({ id, path }: RemoteHandle, signal?: Signal): Promise<NamedFile[] | null> {
    const list = await this.#orEnd(this.#ask(FXP.FXP_READDIR, FXP.FXP_NAME, path, (w) => w.string(id), names, { signal }))
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
    return this.#done(FXP.FXP_SETSTAT, path, (w) => writeAttributes(w.string(checkedPath(path)), attributes), { signal })
  }

  fsetstat({ id, path }: RemoteHandle, attributes: SftpAttributes, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_FSETSTAT, path, (w) => writeAttributes(w.string(id), attributes), { signal })
  }

  remove(path: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_REMOVE, path, (w) => w.string(checkedPath(path)), { signal })
  }

  mkdir(path: SftpPath, attributes: SftpAttributes, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_MKDIR, path, (w) => writeAttributes(w.string(checkedPath(path)), attributes), { signal })
  }

  rmdir(path: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_RMDIR, path, (w) => w.string(checkedPath(path)), { signal })
  }

  rename(source: SftpPath, target: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_RENAME, source, (w) => w.string(checkedPath(source)).string(checkedPath(target)), { signal })
  }

  /** The target comes first, as in OpenSSH and every server since; the draft says otherwise. */
  symlink(target: SftpPath, linkPath: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_SYMLINK, linkPath, (w) => w.string(checkedPath(target)).string(checkedPath(linkPath)), { signal })
  }

  readlink(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_READLINK, path, (w) => w.string(checkedPath(path)), signal)
  }

  realpath(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_REALPATH, path, (w) => w.string(checkedPath(path)), signal)
  }

  async #name(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal, operation = FXP.OPERATIONS[type]): Promise<Uint8Array> {
    const [only] = await this.#ask(type, FXP.FXP_NAME, path, body, names, { signal }, operation)
    if (!only) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { operation, said: 'an answer without a name' })
    return only.filenameBytes
  }

  /** An extension whose reply is a status. @throws SftpError (OP_UNSUPPORTED), without sending a request, if the server does not offer it. */
  async extended(name: string, about: SftpPath, body: (writer: WireWriter) => void, signal?: Signal): Promise<void> {
    this.#demand(name, about)
    await this.#done(FXP.FXP_EXTENDED, about, (w) => body(w.string(name)), { signal }, name)
  }

  /** An extension with its own reply data. @param demanded `false`: requests it although the server has not announced it. */
  async extendedReply<T>(name: string, about: SftpPath, body: (writer: WireWriter) => void, read: (body: WireReader) => T, signal?: Signal, demanded = true): Promise<T> {
    if (demanded) this.#demand(name, about)
    return this.#ask(FXP.FXP_EXTENDED, FXP.FXP_EXTENDED_REPLY, about, (w) => body(w.string(name)), read, { signal }, name)
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

/** The servers' messages for their refusals, unchanged. */
const words = new WeakMap<object, string>()

/** The server's message for a refusal, not safe for a terminal; empty if it had none. `undefined` for an error that is not a server's reply. */
export function wordsOf(refusal: unknown): string | undefined {
  return words.get(refusal as object)
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
