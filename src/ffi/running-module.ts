import type { HostCrypto } from '../runtime/host-crypto.ts'
import { createModule, type Libssh2Module } from './create-module.ts'
import { type Heap, type Image, imageOf, restore } from './heap.ts'
import { hostFunctions } from './host-functions.ts'
import type { HostKeys } from './host-keys.ts'
import type { HostKeyFunctions, SessionHost } from './host.ts'

/** Without ciphers of the runtime C gets none of their keys, and calls none of these functions. */
const NO_KEYS = Object.fromEntries('keyNew keyFree ctr gcmSeal gcmOpen hmac'.split(' ').map((name) => [name, () => 0])) as unknown as HostKeyFunctions

/** A module that runs, and what its host functions look into. One `Instance` has it at a time. */
export interface RunningModule {
  readonly compiled: WebAssembly.Module
  readonly crypto: HostCrypto | undefined
  readonly hosts: Map<number, SessionHost>
  /** Sessions have numbers that no earlier one had. */
  lastId: number
  readonly keys: HostKeys
  /** Announced to C, which has not taken them. */
  readonly answers: Map<number, Uint8Array>
  readonly module: Libssh2Module
  /** That of the instance that has it. */
  heap: Heap | undefined
}

/** Compiled modules of which an instance has been made. */
const known = new WeakSet<WebAssembly.Module>()
/** The memory of an instance at first. Made with the second one: a process with one connection has no use for it. */
const images = new WeakMap<WebAssembly.Module, Image>()

/** Modules whose sessions have ended. A Worker has one connection after another: to make a module for each costs it a tenth of all, and its garbage as much again. */
const idle: RunningModule[] = []
const MOST_IDLE = 4
/** A memory that begins larger is that of a build for tests. */
const LARGEST = 1 << 20

/** One that is new, or as good as new. @throws if the compiled module is not libssh2 */
export async function startModule(compiled: WebAssembly.Module, crypto: HostCrypto | undefined): Promise<RunningModule> {
  const keyFunctions = crypto && (await import('./host-keys.ts')).hostKeyFunctions
  const at = idle.findIndex((one) => one.compiled === compiled && one.crypto === crypto)
  if (at >= 0) return idle.splice(at, 1)[0] as RunningModule
  const hosts = new Map<number, SessionHost>()
  const keys: HostKeys = new Map()
  const answers = new Map<number, Uint8Array>()
  const heap = () => running.heap as Heap
  const functions = hostFunctions(hosts, heap, crypto && keyFunctions ? keyFunctions(crypto, heap, keys) : NO_KEYS, answers)
  const running: RunningModule = { compiled, crypto, hosts, keys, answers, lastId: 0, heap: undefined, module: await createModule(compiled, functions) }
  running.module.exports.libssh2_init(0)
  if (known.has(compiled) && !images.has(compiled)) images.set(compiled, imageOf(running.module))
  known.add(compiled)
  return running
}

/**
 * Nobody has it any more. Every byte of its memory becomes what it was at first, so that the next session finds nothing of the last one, and nothing that a server has
 * managed to change; its only variable outside of that memory, the stack pointer, is where it was when no function runs. A memory that has grown cannot shrink, and is not used again.
 */
export function endModule(running: RunningModule): void {
  const image = images.get(running.compiled)
  running.heap = undefined
  if (!image || image.size > LARGEST || !restore(running.module, image)) return
  running.keys.clear()
  for (const answer of running.answers.values()) answer.fill(0)
  running.answers.clear()
  // The oldest may be one whose compiled module nobody has any more.
  if (idle.push(running) > MOST_IDLE) idle.shift()
}
