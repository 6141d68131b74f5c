// The objects of the shipped module, linked with entry points for tests (build.mjs), and vectors that come with the
// sources of mbedTLS, libsodium and TinySSH (build/src, fetched by ./build.sh): nothing of them is kept in this project.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { HostCrypto } from '../../../src/runtime/host-crypto.ts'
import { hostKeyFunctions } from '../../../src/ffi/host-keys.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = `${root}build/src/`

type Call = (...args: (number | bigint)[]) => number
type Argument = number | string | Uint8Array | null

/** Why these tests cannot run; undefined when they can. */
export function missing(): string | undefined {
  if (existsSync(`${root}build/obj/release/linked/objects.rsp`) && existsSync(sources)) return undefined
  return 'build/obj/release or build/src is not there (./build.sh makes them)'
}

/** For `describe.runIf(requireCrypto())`. */
export function requireCrypto(): boolean {
  const reason = missing()
  if (reason !== undefined) console.warn(`skipped: crypto vectors: ${reason}`)
  return reason === undefined
}

export class CryptoModule {
  readonly #exports: Record<string, Call>
  readonly #memory: WebAssembly.Memory

  constructor(exports: Record<string, Call>, memory: WebAssembly.Memory) {
    this.#exports = exports
    this.#memory = memory
  }

  function(name: string): Call {
    const call = this.#exports[`_${name}`]
    if (!call) throw new Error(`${name} is not exported`)
    return call
  }

  /** A copy of `data` in the module's memory. Tests do not free. */
  put(data: Uint8Array): number {
    const at = this.function('malloc')(data.length + 1)
    const view = new Uint8Array(this.#memory.buffer)
    view.set(data, at)
    view[at + data.length] = 0
    return at
  }

  get(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer.slice(at, at + length))
  }

  write(at: number, data: Uint8Array): void {
    new Uint8Array(this.#memory.buffer).set(data, at)
  }

  room(length: number): number {
    return this.put(new Uint8Array(length))
  }

  /** Byte arrays and strings become pointers, and arrays of bytes are followed by their length only when `sized`. */
  call(name: string, ...args: Argument[]): number {
    return this.function(name)(...args.map((arg) => (arg === null ? 0 : typeof arg === 'number' ? arg : this.put(typeof arg === 'string' ? Buffer.from(arg) : arg))))
  }
}

/** Milliseconds that the first test of a file may wait: a busy machine links the test module for a minute and more. */
export const CRYPTO_BUILD_MS = 300_000

/** Whether there is no randomness. */
export const randomness = { fails: false }

const loading = new Map<HostCrypto | undefined, Promise<CryptoModule>>()

/** @param crypto what the module shall use instead of its own ciphers. */
export function cryptoModule(crypto?: HostCrypto): Promise<CryptoModule> {
  const module = loading.get(crypto) ?? load(crypto)
  loading.set(crypto, module)
  return module
}

async function load(crypto: HostCrypto | undefined): Promise<CryptoModule> {
  // Test files come here at once: the first one builds, the others wait for it.
  const path = execFileSync('flock', ['build/.crypto.lock', process.execPath, 'test/unit/crypto/build.mjs'], { cwd: root, encoding: 'utf8' }).trim()
  const { default: create } = await import(/* @vite-ignore */ root + path)
  let memory: WebAssembly.Memory | undefined
  const view = (at: number, length: number) => new Uint8Array((memory as WebAssembly.Memory).buffer, at, length)
  const random = (buffer: number, length: number) => {
    if (randomness.fails) return -1
    globalThis.crypto.getRandomValues(view(buffer, length))
    return 0
  }
  const keys = hostKeyFunctions(crypto, () => ({ view, write: (at, data) => view(at, data.length).set(data) }))
  const instance = await create({ host: { random, ...keys } })
  memory = instance.wasmMemory as WebAssembly.Memory
  return new CryptoModule(instance, memory)
}

export const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
export const toHex = (data: Uint8Array): string => Buffer.from(data).toString('hex')

/** Lines `name:argument:...` of a test suite of mbedTLS, with quotes taken off. */
export function mbedtlsVectors(suite: string, name: string): string[][] {
  return readFileSync(`${sources}mbedtls/tests/suites/test_suite_${suite}.data`, 'utf8').split('\n')
    .filter((line) => line.startsWith(`${name}:`))
    .map((line) => line.split(':').slice(1).map((part) => part.replace(/^"|"$/g, '')))
}

export function libsodiumTest(name: string): string {
  return readFileSync(`${sources}libsodium/test/default/${name}.c`, 'utf8')
}

/** The checksums in TinySSH's own test of a primitive. */
export function tinysshChecksums(primitive: string): string[] {
  return [...readFileSync(`${sources}tinyssh/_crypto-test_${primitive}.inc`, 'utf8').matchAll(/^ +"([0-9a-f]{64})",$/gm)].map(([, checksum]) => checksum as string)
}
