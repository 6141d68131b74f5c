import { record } from '../errors/arguments.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { hostCrypto } from '#host-crypto'
import type { WasmExports } from './exports.gen.ts'
import { Heap } from './heap.ts'
import type { WebAssemblyModule } from '../runtime/globals.ts'
import type { SessionHost } from './host.ts'
import type { HostKeys } from './host-keys.ts'
import { loadModule } from './load-module.ts'
import type * as Modules from './running-module.ts'

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
  heap: Heap
  /** Whether this instance uses the runtime's AES and HMAC-SHA2. */
  readonly hostCrypto: boolean
  /** Keys of the runtime. @internal */
  hostKeys: HostKeys
  /** It ends with its session, and nobody but that has it. @internal */
  temporary = false
  readonly #modules: typeof Modules
  #running: Modules.RunningModule
  #exports: WasmExports | undefined
  #failure: SSHError | undefined

  private constructor(modules: typeof Modules, running: Modules.RunningModule) {
    this.#modules = modules
    this.#running = running
    this.hostCrypto = running.crypto !== undefined
    this.hostKeys = running.keys
    this.heap = this.#heapOf(running)
  }

  #heapOf(running: Modules.RunningModule): Heap {
    this.#exports = running.module.exports
    return running.heap = new Heap(running.module, (run) => this.call(run))
  }

  /** Makes an instance. Rejects if the module is not one of this library. */
  static async create(options: InstanceOptions = {}): Promise<Instance> {
    const compiled = record(options, 'options').module ?? await loadModule()
    if (!(compiled instanceof WebAssembly.Module)) throw new TypeError('module must be a WebAssembly.Module')
    const modules = await import('./running-module.ts')
    return new Instance(modules, await modules.startModule(compiled, options.hostCrypto === false ? undefined : hostCrypto()))
  }

  /** Gives the module back, for another instance. Nothing reaches the memory from here any more. */
  #end(): void {
    if (!this.temporary || this.#failure || !this.#exports || this.#running.hosts.size > 0) return
    this.#exports = undefined
    this.heap.end()
    this.#modules.endModule(this.#running)
  }

  /** Somebody wants it for another session after all. @internal */
  async again(): Promise<this> {
    if (this.#exports || this.#failure) return this
    const running = await this.#modules.startModule(this.#running.compiled, this.#running.crypto)
    if (this.#exports) this.#modules.endModule(running)
    else {
      this.#running = running
      this.hostKeys = running.keys
      this.heap = this.#heapOf(running)
    }
    return this
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
    if (!this.#exports) throw new SSHError('this instance has been freed', { code: 'ERR_HANDLE_FREED' })
    try {
      return run(this.#exports, operand as P)
    } catch (cause) {
      if (!isTrap(cause)) throw cause
      this.#failure = new SSHError(`WebAssembly trap: ${cause.message}`, { code: 'ERR_WASM_TRAP', cause })
      this.heap.wipe()
      for (const host of this.#running.hosts.values()) host.trapped()
      throw this.#failure
    }
  }

  /** The trap that ended this instance, if one did. */
  get failure(): SSHError | undefined {
    return this.#failure
  }

  /** Gives a session the number by which C calls its host functions. @internal */
  register(host: SessionHost): number {
    this.#running.hosts.set(++this.#running.lastId, host)
    return this.#running.lastId
  }

  /** Forgets that number. C may still run, and frees the session next. @internal */
  unregister(id: number): void {
    this.#running.hosts.delete(id)
    void Promise.resolve().then(() => this.#end())
  }

  /** Bytes that C holds at the moment. */
  heapUsed(): number {
    return this.#exports ? this.heap.used() : 0
  }
}

/** True for errors that leave C in the middle of something: a trap, or a stack overflow (a RangeError in V8 and JavaScriptCore, an InternalError in SpiderMonkey). */
function isTrap(cause: unknown): cause is Error {
  if (cause instanceof WebAssembly.RuntimeError) return true
  return cause instanceof Error && (cause.name === 'InternalError' || (cause instanceof RangeError && /call stack|recursion/i.test(cause.message)))
}
