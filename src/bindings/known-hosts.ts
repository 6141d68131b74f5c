import { libssh2Error } from '../errors/libssh2-error.ts'
import { SSHError } from '../errors/ssh-error.ts'
import {
  LIBSSH2_ERROR_ALLOC, LIBSSH2_ERROR_BUFFER_TOO_SMALL, LIBSSH2_KNOWNHOST_CHECK_FAILURE, LIBSSH2_KNOWNHOST_FILE_OPENSSH, LIBSSH2_KNOWNHOST_TYPE_MASK,
  LIBSSH2_KNOWNHOST_TYPE_SHA1,
} from '../ffi/constants.gen.ts'
import type { Bytes, KnownHostPointer, KnownHostsPointer } from '../ffi/exports.gen.ts'
import { Handle } from '../ffi/handle.ts'
import type { HeapScope } from '../ffi/heap.ts'
import type { WasmExports } from '../ffi/exports.gen.ts'
import { LIBSSH2_KNOWNHOST as ENTRY } from '../ffi/layouts.gen.ts'
import type { SendableData } from '../wire-format/bytes-of.ts'
import { data, port as checkedPort, wholeNumber } from './arguments.ts'
import type { SessionContext } from './session-context.ts'
import type { Session } from './session/session.ts'

/** One entry of a `KnownHosts` collection: struct libssh2_knownhost. */
export interface KnownHost {
  /** `null` if the name is stored as a hash. */
  readonly name: string | null
  /** The key in base64. */
  readonly key: string
  /** `LIBSSH2_KNOWNHOST_TYPE_*`, `_KEYENC_*` and `_KEY_*`. */
  readonly typemask: number
}

const LONGEST_LINE = 65536

/**
 * libssh2's collection of known hosts, in memory. It supports plain and hashed names, but neither patterns nor the markers `@revoked` and
 * `@cert-authority`: to check a server's key, prefer the client's `knownHosts()`.
 */
export class KnownHosts implements Disposable, Iterable<KnownHost> {
  /** The session that this collection belongs to. */
  readonly session: Session
  readonly #context: SessionContext
  readonly #handle: Handle<KnownHostsPointer>
  /** One object for each entry, so that a deleted one cannot be used. */
  readonly #entries = new Map<KnownHostPointer, KnownHost>()
  readonly #pointers = new WeakMap<KnownHost, KnownHostPointer>()

  /** For the bindings: `session.knownhostInit()` makes one. */
  constructor(session: Session, context: SessionContext, pointer: KnownHostsPointer) {
    this.session = session
    this.#context = context
    this.#handle = new Handle('collection of known hosts', pointer, context.handle)
  }

  /** Checks and encodes the arguments, calls C, and reads the result. */
  #call<T>(prepare: (scope: HeapScope) => (c: WasmExports, hosts: KnownHostsPointer) => number, read: (rc: number) => T): T {
    const { pointer } = this.#handle
    return this.#context.heap.scoped((scope) => {
      const run = prepare(scope)
      return read(this.#context.plain((c) => run(c, pointer)))
    })
  }

  #checked(rc: number): number {
    if (rc < 0) throw libssh2Error(rc, this.#context.lastErrorMessage(rc))
    return rc
  }

  #entry(pointer: KnownHostPointer): KnownHost {
    const { heap } = this.#context
    const known = this.#entries.get(pointer)
    if (known) return known
    const word = (offset: number) => heap.u32((pointer + offset) as Bytes)
    const entry: KnownHost = { name: heap.string(word(ENTRY.name) as Bytes), key: heap.string(word(ENTRY.key) as Bytes) ?? '', typemask: word(ENTRY.typemask) }
    this.#entries.set(pointer, entry)
    this.#pointers.set(entry, pointer)
    return entry
  }

  #pointer(entry: KnownHost): KnownHostPointer {
    const pointer = this.#pointers.get(entry)
    if (pointer === undefined) throw new SSHError('this entry is not in the collection (any more)', { code: 'ERR_HANDLE_FREED' })
    return pointer
  }

  /** Like `addc` without a comment. libssh2_knownhost_add. */
  add(host: string, salt: string | null, key: SendableData, typemask: number): KnownHost {
    return this.addc(host, salt, key, null, typemask)
  }

  /**
   * Adds an entry.
   * @param host the name, `[name]:port` for a port other than 22; the base64 of its hash for `LIBSSH2_KNOWNHOST_TYPE_SHA1`.
   * @param salt of the hash, in base64. @param key blob (`_KEYENC_RAW`) or its base64. @returns the entry. libssh2_knownhost_addc.
   */
  addc(host: string, salt: string | null, key: SendableData, comment: string | null, typemask: number): KnownHost {
    const type = wholeNumber(typemask, 'typemask')
    if ((type & LIBSSH2_KNOWNHOST_TYPE_MASK) === LIBSSH2_KNOWNHOST_TYPE_SHA1 && salt === null) throw new TypeError('salt is needed for a hashed name')
    let store = 0 as Bytes
    return this.#call((scope) => {
      const name = scope.utf8(host, 'host')
      const blob = scope.bytes(data(key, 'key'))
      const words = comment === null ? { pointer: 0 as Bytes, length: 0 } : scope.utf8(comment, 'comment')
      const salting = salt === null ? 0 as Bytes : scope.utf8(salt, 'salt').pointer
      store = scope.out()
      return (c, hosts) => c.libssh2_knownhost_addc(hosts, name.pointer, salting, blob.pointer, blob.length, words.pointer, words.length, type, store)
    }, (rc) => {
      this.#checked(rc)
      return this.#entry(this.#context.heap.u32(store) as KnownHostPointer)
    })
  }

  /** Like `checkp` without a port. libssh2_knownhost_check. */
  check(host: string, key: SendableData, typemask: number): [result: number, entry: KnownHost | null] {
    return this.checkp(host, null, key, typemask)
  }

  /**
   * Looks up a host and its key: first as `[host]:port` if a port is given, then as `host`.
   * @param typemask the form of `key`: `LIBSSH2_KNOWNHOST_TYPE_PLAIN`, `_KEYENC_*`, and `_KEY_*` to consider only keys of that type.
   * @returns `LIBSSH2_KNOWNHOST_CHECK_MATCH` (0), `_MISMATCH` (1) or `_NOTFOUND` (2), with the entry that was found. libssh2_knownhost_checkp.
   */
  checkp(host: string, port: number | null, key: SendableData, typemask: number): [result: number, entry: KnownHost | null] {
    const type = wholeNumber(typemask, 'typemask')
    const number = port === null ? -1 : checkedPort(port, 'port')
    let found = 0 as Bytes
    return this.#call((scope) => {
      const name = scope.utf8(host, 'host')
      const blob = scope.bytes(data(key, 'key'))
      found = scope.out()
      return (c, hosts) => c.libssh2_knownhost_checkp(hosts, name.pointer, number, blob.pointer, blob.length, type, found)
    }, (result) => {
      if (result === LIBSSH2_KNOWNHOST_CHECK_FAILURE) this.#checked(this.#context.plain((c, session) => c.libssh2_session_last_errno(session)) || LIBSSH2_ERROR_ALLOC)
      const entry = this.#context.heap.u32(found) as KnownHostPointer
      return [result, entry === 0 ? null : this.#entry(entry)]
    })
  }

  /** Removes an entry. @returns 0. libssh2_knownhost_del. */
  del(entry: KnownHost): number {
    const pointer = this.#pointer(entry)
    this.#call(() => (c, hosts) => c.libssh2_knownhost_del(hosts, pointer), (rc) => this.#checked(rc))
    this.#entries.delete(pointer)
    this.#pointers.delete(entry)
    return 0
  }

  /** The entry after `previous`, or the first one without it; `null` at the end. libssh2_knownhost_get. */
  get(previous?: KnownHost): KnownHost | null {
    const after = previous === undefined ? 0 as KnownHostPointer : this.#pointer(previous)
    let store = 0 as Bytes
    return this.#call((scope) => {
      store = scope.out()
      return (c, hosts) => c.libssh2_knownhost_get(hosts, store, after)
    }, (end) => this.#checked(end) === 1 ? null : this.#entry(this.#context.heap.u32(store) as KnownHostPointer))
  }

  /** All entries, using `get`. */
  *[Symbol.iterator](): Generator<KnownHost, void> {
    for (let entry = this.get(); entry; entry = this.get(entry)) yield entry
  }

  /** Adds the entry in a line of a known_hosts file; comments and empty lines add nothing. @returns 0. libssh2_knownhost_readline. */
  readline(line: string, type: number = LIBSSH2_KNOWNHOST_FILE_OPENSSH): number {
    const format = wholeNumber(type, 'type')
    return this.#call((scope) => {
      const content = scope.utf8(line, 'line')
      return (c, hosts) => c.libssh2_knownhost_readline(hosts, content.pointer, content.length, format)
    }, (rc) => {
      this.#checked(rc)
      return 0
    })
  }

  /** The line of a known_hosts file for an entry, with the line feed. libssh2_knownhost_writeline. */
  writeline(entry: KnownHost, type: number = LIBSSH2_KNOWNHOST_FILE_OPENSSH): string {
    const pointer = this.#pointer(entry)
    const format = wholeNumber(type, 'type')
    const write = (size: number): string => {
      let [buffer, length] = [0 as Bytes, 0 as Bytes]
      return this.#call((scope) => {
        [buffer, length] = [scope.out(size), scope.out()]
        return (c, hosts) => c.libssh2_knownhost_writeline(hosts, pointer, buffer, size, length, format)
      }, (rc) => {
        const needed = this.#context.heap.u32(length) + 1
        if (rc === LIBSSH2_ERROR_BUFFER_TOO_SMALL && needed > size && needed <= LONGEST_LINE) return write(needed)
        this.#checked(rc)
        return this.#context.heap.text(buffer, needed - 1)
      })
    }
    return write(1024)
  }

  /** Frees the collection. Idempotent. libssh2_knownhost_free. */
  free(): void {
    if (this.#handle.freed) return
    const { pointer } = this.#handle
    this.#context.release((c) => c.libssh2_knownhost_free(pointer))
    this.#handle.drop()
    this.#entries.clear()
  }

  [Symbol.dispose](): void {
    this.free()
  }
}
