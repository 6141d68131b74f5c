import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_EOF, LIBSSH2_FX_OK, LIBSSH2_FX_OP_UNSUPPORTED } from '../../ffi/constants.gen.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import type { WireWriter } from '../../wire-format/writer.ts'
import { readAttributes, type SftpStat, writeAttributes } from './attributes.ts'
import type { Reply, RequestOptions, SftpConnection } from './connection.ts'
import * as FXP from './messages.ts'
import { sizeOf } from './parts.ts'

export type Signal = AbortSignal | undefined

/** What an open file or directory is called between client and server; `path` is for errors. */
export interface RemoteHandle {
  readonly id: Uint8Array
  readonly path: SftpPath
}

export interface NamedFile {
  readonly filenameBytes: Uint8Array
  readonly longentry: string
  readonly attributes: SftpStat
}

/** Every request of SFTP version 3 as a function: one request, one answer, refusals as `SftpError`. */
export class SftpRequests {
  readonly connection: SftpConnection

  constructor(connection: SftpConnection) {
    this.connection = connection
  }

  /** @throws SftpError for a status, unless it is OK. */
  async #ask(type: number, about: SftpPath | undefined, body: (writer: WireWriter) => void, options: RequestOptions = {}): Promise<Reply> {
    const reply = await this.connection.request(type, body, options)
    if (reply.type !== FXP.FXP_STATUS) return reply
    const status = reply.body.uint32()
    if (status === LIBSSH2_FX_OK) return reply
    // Old servers leave out the words.
    const said = reply.body.remaining > 0 ? decodeText(reply.body.string()) : ''
    throw sftpRefusal(status, pathText(about), { said })
  }

  async #expect<T>(type: number, about: SftpPath | undefined, reply: Promise<Reply>, read: (body: WireReader, rest: readonly Uint8Array[]) => T): Promise<T> {
    const { type: got, body, rest } = await reply
    if (got !== type) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(about), { said: `an answer of type ${got}` })
    return read(body, rest)
  }

  #done(type: number, about: SftpPath, body: (writer: WireWriter) => void, options: RequestOptions): Promise<void> {
    return this.#expect(FXP.FXP_STATUS, about, this.#ask(type, about, body, options), () => {})
  }

  #handle(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<RemoteHandle> {
    const discard = (late: Reply) => {
      if (late.type === FXP.FXP_HANDLE) this.close({ id: late.body.string().slice(), path }).catch(() => {})
    }
    return this.#expect(FXP.FXP_HANDLE, path, this.#ask(type, path, body, { signal, discard }), (answer) => ({ id: answer.string().slice(), path }))
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

  /** Up to `length` bytes, in parts that are to be released; fewer at the end of the file and wherever the server likes; `null` behind the end. */
  async read({ id, path }: RemoteHandle, offset: number, length: number, signal?: Signal): Promise<readonly Uint8Array[] | null> {
    const reply = this.#ask(FXP.FXP_READ, path, (w) => w.string(id).uint64(BigInt(offset)).uint32(length), { signal })
    return this.#orEnd(this.#expect(FXP.FXP_DATA, path, reply, (body, rest) => {
      const announced = body.uint32()
      const data = [body.rest(), ...rest]
      if (announced === 0 || announced > length || sizeOf(data) !== announced) {
        throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { said: `${announced} bytes announced and ${sizeOf(data)} sent, where ${length} were asked for` })
      }
      return data
    }))
  }

  async #orEnd<T>(answer: Promise<T>): Promise<T | null> {
    try {
      return await answer
    } catch (error) {
      if ((error as { status?: number } | null)?.status === LIBSSH2_FX_EOF) return null
      throw error
    }
  }

  /** Takes back what `read` gave. */
  release(parts: readonly Uint8Array[]): void {
    this.connection.release(parts)
  }

  /** Writes all of `data`, which must not change until that is done, or aborted and sent. */
  write({ id, path }: RemoteHandle, offset: number, data: readonly Uint8Array[], signal?: Signal): Promise<void> {
    const length = sizeOf(data)
    return this.#done(FXP.FXP_WRITE, path, (w) => w.string(id).uint64(BigInt(offset)).uint32(length), { signal, data })
  }

  /** The next entries of a directory; `null` after the last. An answer without any name is the end too: asking again would never end. */
  async readdir({ id, path }: RemoteHandle, signal?: Signal): Promise<NamedFile[] | null> {
    const list = await this.#orEnd(this.#expect(FXP.FXP_NAME, path, this.#ask(FXP.FXP_READDIR, path, (w) => w.string(id), { signal }), names))
    return list?.length ? list : null
  }

  stat(path: SftpPath, signal?: Signal): Promise<SftpStat> {
    return this.#expect(FXP.FXP_ATTRS, path, this.#ask(FXP.FXP_STAT, path, (w) => w.string(checkedPath(path)), { signal }), readAttributes)
  }

  lstat(path: SftpPath, signal?: Signal): Promise<SftpStat> {
    return this.#expect(FXP.FXP_ATTRS, path, this.#ask(FXP.FXP_LSTAT, path, (w) => w.string(checkedPath(path)), { signal }), readAttributes)
  }

  fstat({ id, path }: RemoteHandle, signal?: Signal): Promise<SftpStat> {
    return this.#expect(FXP.FXP_ATTRS, path, this.#ask(FXP.FXP_FSTAT, path, (w) => w.string(id), { signal }), readAttributes)
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

  /** The target comes first, as OpenSSH has it and every server since; the draft says otherwise. */
  symlink(target: SftpPath, linkPath: SftpPath, signal?: Signal): Promise<void> {
    return this.#done(FXP.FXP_SYMLINK, linkPath, (w) => w.string(checkedPath(target)).string(checkedPath(linkPath)), { signal })
  }

  readlink(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_READLINK, path, (w) => w.string(checkedPath(path)), signal)
  }

  realpath(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    return this.#name(FXP.FXP_REALPATH, path, (w) => w.string(checkedPath(path)), signal)
  }

  async #name(type: number, path: SftpPath, body: (writer: WireWriter) => void, signal: Signal): Promise<Uint8Array> {
    const [only] = await this.#expect(FXP.FXP_NAME, path, this.#ask(type, path, body, { signal }), names)
    if (!only) throw sftpRefusal(LIBSSH2_FX_BAD_MESSAGE, pathText(path), { said: 'an answer without a name' })
    return only.filenameBytes
  }

  /** An extension that is answered by a status. @throws SftpError (OP_UNSUPPORTED), unasked, if the server does not offer it. */
  async extended(name: string, about: SftpPath, body: (writer: WireWriter) => void, signal?: Signal): Promise<void> {
    this.#demand(name, about)
    await this.#done(FXP.FXP_EXTENDED, about, (w) => body(w.string(name)), { signal })
  }

  /** An extension that is answered by data of its own. */
  async extendedReply<T>(name: string, about: SftpPath, body: (writer: WireWriter) => void, read: (body: WireReader) => T, signal?: Signal): Promise<T> {
    this.#demand(name, about)
    return this.#expect(FXP.FXP_EXTENDED_REPLY, about, this.#ask(FXP.FXP_EXTENDED, about, (w) => body(w.string(name)), { signal }), read)
  }

  /** `expand-path@openssh.com` is answered as REALPATH is. */
  async expandPath(path: SftpPath, signal?: Signal): Promise<Uint8Array> {
    this.#demand('expand-path@openssh.com', path)
    return this.#name(FXP.FXP_EXTENDED, path, (w) => w.string('expand-path@openssh.com').string(checkedPath(path)), signal)
  }

  #demand(name: string, about: SftpPath): void {
    if (!this.connection.extensions.has(name)) throw sftpRefusal(LIBSSH2_FX_OP_UNSUPPORTED, pathText(about), { said: `the server does not offer ${name}` })
  }
}

/** What goes into a request as a path. @throws TypeError for a NUL, at which servers would cut it. */
export function checkedPath(path: SftpPath): SftpPath {
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) throw new TypeError('a path must be a string or a Uint8Array')
  if (typeof path === 'string' ? path.includes('\0') : path.includes(0)) throw new TypeError('a path must not contain a NUL')
  return path
}

function names(body: WireReader): NamedFile[] {
  const list: NamedFile[] = []
  for (let count = body.uint32(); count > 0; count--) {
    list.push({ filenameBytes: body.string().slice(), longentry: decodeText(body.string()), attributes: readAttributes(body) })
  }
  return list
}
