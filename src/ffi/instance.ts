import { SSHError } from '../errors/ssh-error.ts'
import type { Bytes } from './exports.ts'
import { Heap } from './heap.ts'
import { HOST_FAILED, HOST_PENDING, type HostFunctions, type SessionHost } from './host.ts'
import createModule, { type Libssh2Module } from './libssh2.gen.js'
import { loadModule } from './load-module.ts'

export interface InstanceOptions {
  /** A compiled `libssh2.wasm`, for runtimes that cannot load it themselves or to share one compilation. */
  readonly module?: WebAssembly.Module
}

/** getRandomValues refuses more at once (Web Cryptography API, section 10.1.1). */
const RANDOM_LIMIT = 65536

/**
 * One WebAssembly instance: its own linear memory, one session or several.
 * A trap poisons it: every later call throws the same error, other instances do not notice.
 */
export class Instance {
  readonly heap: Heap
  readonly #module: Libssh2Module
  readonly #hosts: Map<number, SessionHost>
  #lastId = 0
  #failure: SSHError | undefined

  private constructor(module: Libssh2Module, hosts: Map<number, SessionHost>) {
    this.#module = module
    this.#hosts = hosts
    this.heap = new Heap(module)
    this.call((c) => c._libssh2_init(0))
  }

  static async create(options: InstanceOptions = {}): Promise<Instance> {
    const compiled = options.module ?? await loadModule()
    const hosts = new Map<number, SessionHost>()
    let heap: Heap | undefined
    let failed: (reason: unknown) => void = () => {}
    const refused = new Promise<never>((_, reject) => { failed = reject })
    const module = await Promise.race([refused, createModule({
      host: hostFunctions(hosts, () => heap as Heap),
      instantiateWasm: (imports, receive) => {
        WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled), failed)
        return {}
      },
    })])
    const instance = new Instance(module, hosts)
    heap = instance.heap
    return instance
  }

  /** Runs C. Whatever escapes from it is a trap: the instance is not used again. */
  call<T>(run: (c: Libssh2Module) => T): T {
    if (this.#failure) throw this.#failure
    try {
      return run(this.#module)
    } catch (cause) {
      this.#failure = new SSHError(`WebAssembly trap: ${cause instanceof Error ? cause.message : String(cause)}`, { code: 'ERR_WASM_TRAP', cause })
      throw this.#failure
    }
  }

  /** The trap that ended this instance, if one did. */
  get failure(): SSHError | undefined {
    return this.#failure
  }

  register(host: SessionHost): number {
    this.#hosts.set(++this.#lastId, host)
    return this.#lastId
  }

  unregister(id: number): void {
    this.#hosts.delete(id)
  }

  /** Bytes that C holds at the moment. */
  heapUsed(): number {
    return this.heap.used()
  }
}

function hostFunctions(hosts: Map<number, SessionHost>, heap: () => Heap): HostFunctions {
  const answers = new Map<number, Uint8Array>()
  const host = (id: number) => hosts.get(id)
  return {
    random(buffer, length) {
      const view = heap().view(buffer, length)
      for (let at = 0; at < length; at += RANDOM_LIMIT) {
        // Some runtimes refuse a view of WebAssembly memory: fill a buffer of our own and copy.
        const part = new Uint8Array(Math.min(RANDOM_LIMIT, length - at))
        crypto.getRandomValues(part)
        view.set(part, at)
        part.fill(0)
      }
      return 0
    },
    recv: (id, buffer, length) => host(id)?.recv(heap().view(buffer, length)) ?? HOST_FAILED,
    send: (id, data, length) => host(id)?.send(heap().view(data, length)) ?? HOST_FAILED,
    sign(id, data, length) {
      const answer = host(id)?.sign(heap().copy(data, length)) ?? HOST_FAILED
      if (typeof answer === 'number') return answer
      answers.set(id, answer)
      return answer.length
    },
    takeAnswer(id, buffer: Bytes, length) {
      const answer = answers.get(id)
      answers.delete(id)
      if (answer) heap().write(buffer, answer.subarray(0, length))
    },
    disconnect: (id, reason, message, length) => host(id)?.disconnect(reason, heap().text(message, length)),
    debug: (id, alwaysDisplay, message, length) => host(id)?.debug(alwaysDisplay !== 0, heap().text(message, length)),
    ignore: (id, message, length) => host(id)?.ignore(heap().copy(message, length)),
    x11Open: (id, channel, originator, port) => host(id)?.x11Open(channel, heap().string(originator) ?? '', port),
    agentOpen: (id, channel) => host(id)?.agentOpen(channel),
  }
}

export { HOST_FAILED, HOST_PENDING }
