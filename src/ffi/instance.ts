import { record } from '../errors/arguments.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { hostCrypto } from '#host-crypto'
import { createModule, type Libssh2Module } from './create-module.ts'
import type { WasmExports } from './exports.gen.ts'
import { Heap } from './heap.ts'
import type { WebAssemblyModule } from '../runtime/globals.ts'
import type { SessionHost } from './host.ts'
import type { HostKeyFunctions } from './host.ts'
import type { HostKeys } from './host-keys.ts'
import { loadModule } from './load-module.ts'

/** Without ciphers of the runtime C gets none of their keys, and calls none of these functions. */
const NO_KEYS = Object.fromEntries('keyNew keyFree ctr gcmSeal gcmOpen hmac'.split(' ').map((name) => [name, () => 0])) as unknown as HostKeyFunctions

export interface InstanceOptions {
  /** A compiled `libssh2.wasm`, for runtimes that cannot load it themselves or to share one compilation. */
  readonly module?: WebAssemblyModule
  /**
   * Uses the runtime's AES and HMAC-SHA2 if it has them as synchronous functions (`node:crypto` of Node, Deno and Bun): several times faster than
   * WebAssembly. The runtime then holds the keys. `false` keeps everything in WebAssembly; `true`, the default, changes nothing elsewhere.
   */
  readonly hostCrypto?: boolean | undefined
}

/**
 * One WebAssembly instance: its own linear memory, one or more sessions.
 * A trap poisons it: every later call throws the same error, and other instances are not affected.
 */
export class Instance {
  /** @internal */
  readonly heap: Heap
  /** Whether this instance uses the runtime's AES and HMAC-SHA2. */
  readonly hostCrypto: boolean
  /** Keys of the runtime. @internal */
  readonly hostKeys: HostKeys
  readonly #exports: WasmExports
  readonly #hosts: Map<number, SessionHost>
  #lastId = 0
  #failure: SSHError | undefined

  private constructor(module: Libssh2Module, heap: Heap, hosts: Map<number, SessionHost>, hostCrypto: boolean, hostKeys: HostKeys) {
    this.hostCrypto = hostCrypto
    this.hostKeys = hostKeys
    this.#exports = module.exports
    this.#hosts = hosts
    this.heap = heap
    this.call((c) => c.libssh2_init(0))
  }

  /** Makes an instance. Rejects if the module is not one of this library. */
  static async create(options: InstanceOptions = {}): Promise<Instance> {
    const compiled = record(options, 'options').module ?? await loadModule()
    if (!(compiled instanceof WebAssembly.Module)) throw new TypeError('module must be a WebAssembly.Module')
    const hosts = new Map<number, SessionHost>()
    const keys: HostKeys = new Map()
    const crypto = options.hostCrypto === false ? undefined : hostCrypto()
    let heap: Heap | undefined
    let instance: Instance | undefined
    const keyFunctions = crypto ? (await import('./host-keys.ts')).hostKeyFunctions(crypto, () => heap as Heap, keys) : NO_KEYS
    const { hostFunctions } = await import('./host-functions.ts')
    const module = await createModule(compiled, hostFunctions(hosts, () => heap as Heap, keyFunctions))
    heap = new Heap(module, (run) => (instance as Instance).call(run))
    return instance = new Instance(module, heap, hosts, crypto !== undefined, keys)
  }

  /**
   * Runs C. After a trap the instance is not used again; any other error that `run` throws passes through.
   * @param operand the argument of `run`, so that `run` need not be created anew for each call. @throws SSHError `ERR_WASM_TRAP`.
   * @internal
   */
  call<T>(run: (c: WasmExports) => T): T
  /** @internal */
  call<T, P>(run: (c: WasmExports, operand: P) => T, operand: P): T
  call<T, P>(run: (c: WasmExports, operand: P) => T, operand?: P): T {
    if (this.#failure) throw this.#failure
    try {
      return run(this.#exports, operand as P)
    } catch (cause) {
      if (!isTrap(cause)) throw cause
      this.#failure = new SSHError(`WebAssembly trap: ${cause.message}`, { code: 'ERR_WASM_TRAP', cause })
      this.heap.wipe()
      for (const host of this.#hosts.values()) host.trapped()
      throw this.#failure
    }
  }

  /** The trap that ended this instance, if one did. */
  get failure(): SSHError | undefined {
    return this.#failure
  }

  /** Gives a session the number by which C calls its host functions. @internal */
  register(host: SessionHost): number {
    this.#hosts.set(++this.#lastId, host)
    return this.#lastId
  }

  /** Forgets that number. @internal */
  unregister(id: number): void {
    this.#hosts.delete(id)
  }

  /** Bytes that C holds at the moment. */
  heapUsed(): number {
    return this.heap.used()
  }
}

/** True for errors that leave C in the middle of something: a trap, or a stack overflow (a RangeError in V8 and JavaScriptCore, an InternalError in SpiderMonkey). */
function isTrap(cause: unknown): cause is Error {
  if (cause instanceof WebAssembly.RuntimeError) return true
  return cause instanceof Error && (cause.name === 'InternalError' || (cause instanceof RangeError && /call stack|recursion/i.test(cause.message)))
}
