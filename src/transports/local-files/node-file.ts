import { Buffer } from 'node:buffer'
import { close, closeSync, constants, fstatSync, ftruncate, open, read, writev } from 'node:fs'
import type { LocalFile, LocalOpenMode, LocalPath } from '../../runtime/local-files.ts'

const { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = constants
const FLAGS: Readonly<Record<LocalOpenMode, number>> = { read: O_RDONLY, replace: O_WRONLY | O_CREAT | O_TRUNC, 'go-on': O_WRONLY | O_CREAT }

type Callback<T> = (error: Error | null, value: T) => void

/** Node's own promises of files cost more than twice the time of its callbacks, which many small files feel. */
function promised<T = void>(call: (callback: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => { if (error) reject(error); else resolve(value) })
  })
}

export async function openLocalFile(path: LocalPath, how: LocalOpenMode): Promise<LocalFile> {
  const descriptor = new Descriptor(await promised<number>((done) => open(path, FLAGS[how], done)), how === 'read')
  if (how === 'replace') return new NodeFile(descriptor, 0, 0)
  try {
    // No disk is asked: the system has known it since the file was opened. A thread to ask in costs ten times as much.
    const { size, mode } = fstatSync(descriptor.number)
    return new NodeFile(descriptor, size, mode & 0o7777)
  } catch (error) {
    await descriptor.close()
    throw error
  }
}

/** A number that the system gives to the next file as soon as this one is closed: so it is closed when nobody uses it any more, and then used by nobody. */
class Descriptor {
  readonly number: number
  /** Nothing was written, so that closing waits for nothing. */
  readonly #unwritten: boolean
  #users = 0
  #closing: Promise<void> | undefined
  #unused = () => {}

  constructor(number: number, unwritten: boolean) {
    this.number = number
    this.#unwritten = unwritten
  }

  async use<T = void>(call: (number: number, callback: Callback<T>) => void): Promise<T> {
    if (this.#closing) throw new Error('the local file has been closed')
    this.#users += 1
    try {
      return await promised<T>((done) => call(this.number, done))
    } finally {
      this.#users -= 1
      if (this.#users === 0) this.#unused()
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close()
  }

  async #close(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => { this.#unused = resolve })
    if (this.#unwritten) closeSync(this.number)
    else await promised((done) => close(this.number, done as (error: Error | null) => void))
  }
}

class NodeFile implements LocalFile {
  readonly size: number
  readonly mode: number
  readonly #descriptor: Descriptor

  constructor(descriptor: Descriptor, size: number, mode: number) {
    this.#descriptor = descriptor
    this.size = size
    this.mode = mode
  }

  async read(length: number, position: number, memory?: Uint8Array): Promise<Uint8Array> {
    // What is not filled is not shown.
    const block = memory && memory.length >= length ? memory : Buffer.allocUnsafeSlow(length)
    const count = await this.#descriptor.use<number>((fd, done) => read(fd, block, 0, length, position, done))
    return new Uint8Array(block.buffer, 0, count)
  }

  async write(data: readonly Uint8Array[], position: number): Promise<void> {
    let at = position
    for (let rest = data; rest.length > 0;) {
      const parts = rest
      const count = await this.#descriptor.use<number>((fd, done) => writev(fd, parts, at, done))
      at += count
      rest = behind(rest, count)
    }
  }

  truncate(size: number): Promise<void> {
    return this.#descriptor.use((fd, done) => ftruncate(fd, size, done as (error: Error | null) => void))
  }

  close(): Promise<void> {
    return this.#descriptor.close()
  }
}

/** What is left of the parts behind so many bytes. */
function behind(parts: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skip = bytes
  return parts.flatMap((part) => {
    const rest = part.subarray(skip)
    skip = Math.max(0, skip - part.length)
    return rest.length > 0 ? [rest] : []
  })
}
