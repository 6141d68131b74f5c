import { wellFormed } from '../errors/arguments.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_ERROR_ALLOC } from './constants.gen.ts'
import type { Bytes, Pointer, WasmExports } from './exports.gen.ts'
import type { Libssh2Module } from './create-module.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A string or bytes in the heap: the address, and the length without the NUL that follows. */
export interface Encoded {
  readonly pointer: Bytes
  readonly length: number
}

/**
 * Linear memory of one instance; no other file touches it.
 * Growth of the memory detaches every view, so none is handed out, except to host functions for the length of one call; those of the module are
 * renewed then.
 */
export class Heap {
  #module: Libssh2Module
  #scratch = 0 as Bytes
  #scratchSize = 0
  #call: <T>(run: (c: WasmExports) => T) => T

  /** @param call runs C, like `Instance.call`: malloc traps too if the heap is broken. */
  constructor(module: Libssh2Module, call: <T>(run: (c: WasmExports) => T) => T = (run) => run(module.exports)) {
    this.#module = module
    this.#call = call
  }

  /** Bytes that C holds at the moment, without the scratch buffer. */
  used(): number {
    this.#dropScratch()
    return this.#call((c) => c.glue_heap_used())
  }

  /** Size of linear memory in bytes; it never shrinks. */
  get size(): number {
    return this.#module.HEAPU8.byteLength
  }

  scope(): HeapScope {
    return new HeapScope(this)
  }

  /** The result of `use`, which has its own memory until it returns. */
  scoped<T>(use: (scope: HeapScope) => T): T {
    const scope = this.scope()
    // Not `using`, for which bundlers make three functions in each call, and most calls of C come through here.
    try {
      return use(scope)
    } finally {
      scope[Symbol.dispose]()
    }
  }

  allocate(size: number): Bytes {
    const pointer = this.#call((c) => c.malloc(size))
    if (pointer === 0) throw outOfMemory(size)
    return pointer
  }

  /** Never throws: it also runs while an error is thrown, and after a trap nothing can be freed. */
  release(pointer: Pointer): void {
    try {
      this.#call((c) => c.free(pointer))
    } catch {
      // The instance has told its sessions.
    }
  }

  /** The memory is another one's from now on. What is put here goes nowhere: the call for which that is done finds its object freed. */
  end(): void {
    this.#module = { ...this.#module, HEAPU8: Object.assign(new Uint8Array(0), { set() {} }), numbers: new DataView(new ArrayBuffer(0)) }
    this.#call = () => 1 as never
  }

  /** After a trap: C will not run again, and so cannot zero its secrets. */
  wipe(): void {
    this.#module.HEAPU8.fill(0)
  }

  /** A buffer for one synchronous call, reused by the next one that asks. Never use it for secrets, and never keep it. */
  scratch(size: number): Bytes {
    if (size > this.#scratchSize) {
      this.#dropScratch()
      this.#scratch = this.allocate(size)
      this.#scratchSize = size
    }
    return this.#scratch
  }

  #dropScratch(): void {
    if (this.#scratch !== 0) this.release(this.#scratch)
    this.#scratch = 0 as Bytes
    this.#scratchSize = 0
  }

  write(pointer: Bytes, data: Uint8Array): void {
    this.#module.HEAPU8.set(data, pointer)
  }

  zero(pointer: Bytes, length: number): void {
    this.#module.HEAPU8.fill(0, pointer, pointer + length)
  }

  copy(pointer: Bytes, length: number): Uint8Array {
    // Not slice(), for which V8 zeroes the memory first.
    return new Uint8Array(this.view(pointer, length))
  }

  /** A view that is valid until C runs again: for host functions only. */
  view(pointer: Bytes, length: number): Uint8Array {
    return this.#module.HEAPU8.subarray(pointer, pointer + length)
  }

  /** Copies to `target`: for a few bytes, where a view would cost more. */
  read(pointer: Bytes, length: number, target: Uint8Array, at = 0): void {
    const memory = this.#module.HEAPU8
    for (let byte = 0; byte < length; byte++) target[at + byte] = memory[pointer + byte] as number
  }

  text(pointer: Bytes, length: number): string {
    return decoder.decode(this.view(pointer, length))
  }

  /** The NUL-terminated string at `pointer`; `null` for NULL. */
  string(pointer: Bytes): string | null {
    if (pointer === 0) return null
    const memory = this.#module.HEAPU8
    return this.text(pointer, memory.indexOf(0, pointer) - pointer)
  }

  u32(pointer: Bytes): number {
    return this.#module.numbers.getUint32(pointer, true)
  }

  i32(pointer: Bytes): number {
    return this.#module.numbers.getInt32(pointer, true)
  }

  u64(pointer: Bytes): bigint {
    return this.#module.numbers.getBigUint64(pointer, true)
  }

  setU32(pointer: Bytes, value: number): void {
    this.#module.numbers.setUint32(pointer, value, true)
  }

  setU64(pointer: Bytes, value: bigint): void {
    this.#module.numbers.setBigUint64(pointer, value, true)
  }
}

/** What a memory holds: its size, and its bytes up to the last that is not zero. */
export interface Image {
  readonly size: number
  readonly bytes: Uint8Array
}

export function imageOf({ HEAPU8: memory }: Libssh2Module): Image {
  let end = memory.length
  while (end > 0 && memory[end - 1] === 0) end--
  return { size: memory.length, bytes: memory.slice(0, end) }
}

/** Gives every byte of the memory its value in the image. False if it has grown: it cannot shrink. */
export function restore({ HEAPU8: memory }: Libssh2Module, { size, bytes }: Image): boolean {
  if (memory.length !== size) return false
  memory.set(bytes)
  memory.fill(0, bytes.length)
  return true
}

/** Owner of the allocations of one operation: freed together, secrets zeroed first. */
export class HeapScope implements Disposable {
  readonly #heap: Heap
  readonly #owned: Bytes[] = []
  readonly #secrets: Encoded[] = []

  constructor(heap: Heap) {
    this.#heap = heap
  }

  /** Room for an out-parameter, zeroed. */
  out(size = 4): Bytes {
    const pointer = this.#own(size)
    this.#heap.zero(pointer, size)
    return pointer
  }

  bytes(data: Uint8Array): Encoded {
    const pointer = this.#own(data.length + 1)
    this.#heap.write(pointer, data)
    this.#heap.zero((pointer + data.length) as Bytes, 1)
    return { pointer, length: data.length }
  }

  /** UTF-8 followed by a NUL. A NUL inside would end the string early for C, so it is a `TypeError` that names the argument. */
  utf8(text: string, name: string): Encoded {
    return this.bytes(encodeText(text, name))
  }

  /** Like `utf8`, zeroed before it is freed. */
  secret(text: string, name: string): Encoded {
    const encoded = encodeText(text, name)
    const stored = this.bytes(encoded)
    encoded.fill(0)
    this.#secrets.push(stored)
    return stored
  }

  #own(size: number): Bytes {
    const pointer = this.#heap.allocate(size)
    this.#owned.push(pointer)
    return pointer
  }

  [Symbol.dispose](): void {
    for (const { pointer, length } of this.#secrets) this.#heap.zero(pointer, length)
    for (const pointer of this.#owned) this.#heap.release(pointer)
    this.#secrets.length = this.#owned.length = 0
  }
}

export function encodeText(text: string, name: string): Uint8Array {
  if (wellFormed(text, name).includes('\0')) throw new TypeError(`${name} must not contain a NUL character`)
  return encoder.encode(text)
}

function outOfMemory(size: number): SSHError {
  return new SSHError(`WebAssembly memory is exhausted: ${size} bytes could not be allocated`, { code: 'ERR_LIBSSH2_ALLOC', errno: LIBSSH2_ERROR_ALLOC })
}
