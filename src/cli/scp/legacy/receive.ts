import { fileURLToPath } from 'node:url'
import type { Client } from '../../../client/client.ts'
import { localFiles } from '../../../transports/local-files/node.ts'
import { makeOne } from '../../transfer/local.ts'
import { ProgressMeter } from '../../transfer/progress.ts'
import { paced } from '../../transfer/throttle.ts'
import { Stopped } from '../stopped.ts'
import { Peer, remoteCommand } from './peer.ts'
import { type Announced, BadRecord, leadsElsewhere, parseAnnounced, parseTimes, type Times } from './record.ts'
import { requestedNames } from './requested.ts'
import { shown, wordsOf } from './text.ts'
import type { LegacyOptions } from './options.ts'

const AT_ONCE = 256 << 10
const WRITABLE = 0o200, ENTERED = 0o700

type Path = string | Uint8Array

/**
 * `scp -O`: copies from a host. Names that were not asked for, or that lead elsewhere, end the command: the server must not choose what is written here.
 * @throws Stopped
 */
export async function receive(client: Client, remote: string, local: string, options: LegacyOptions): Promise<void> {
  const peer = await Peer.start(client, remoteCommand('f', remote, options))
  try {
    const isRequested = options.recursive || options.anyName ? () => true : requestedNames(remote)
    await peer.agree()
    await new Receiver(peer, options, isRequested).into(local, true)
    if (!await peer.end()) options.failed()
  } catch (error) {
    await peer.stop()
    if (error instanceof BadRecord) {
      options.tell(`protocol error: ${error.message}`)
      throw new Stopped()
    }
    throw error
  }
}

class Receiver {
  readonly #peer: Peer
  readonly #options: LegacyOptions
  readonly #isRequested: (name: string) => boolean
  /** Without -p nothing runs as another user because of its mode. */
  readonly #mask = process.umask() | 0o7000

  constructor(peer: Peer, options: LegacyOptions, isRequested: (name: string) => boolean) {
    this.#peer = peer
    this.#options = options
    this.#isRequested = isRequested
  }

  /** Takes what the other side sends, until the end of its directory, or its end. */
  async into(target: Path, outermost: boolean): Promise<void> {
    const isDirectory = (await localFiles.look(target, true))?.kind === 'directory'
    let times: Times | undefined
    for (let first = outermost; ; first = false) {
      const [start] = await this.#peer.read(1)
      if (start === undefined) return
      const line = Buffer.concat([Buffer.of(start), start === 10 ? Buffer.alloc(0) : await this.#peer.readLine()])
      if (start === 10) throw new BadRecord('unexpected <newline>')
      if (start === 1 || start === 2) {
        this.#options.tell(shown(line.subarray(1)))
        if (start === 2) throw new Stopped()
        continue
      }
      if (line[0] === 0x45) return this.#peer.agree()
      if (line[0] === 0x54) {
        times = parseTimes(line)
        await this.#peer.agree()
        continue
      }
      // The shell there may say something before scp runs, such as that there is no scp.
      if (first && !/^[CD]/.test(line.toString('latin1', 0, 1))) {
        this.#options.tell(shown(line))
        throw new Stopped()
      }
      const announced = parseAnnounced(line)
      this.#check(announced)
      const path = isDirectory ? localFiles.join(target, localName(announced.name)) : target
      await (announced.kind === 'directory' ? this.#directory(path, announced, times) : this.#file(path, announced, times))
      times = undefined
    }
  }

  #check({ name }: Announced): void {
    if (leadsElsewhere(name) || localFiles.isForeign(localName(name))) {
      this.#options.tell(`error: unexpected filename: ${shown(name)}`)
      throw new Stopped()
    }
    if (!this.#isRequested(Buffer.from(name).toString())) throw new BadRecord('filename does not match request')
  }

  async #directory(path: Path, { mode }: Announced, times: Times | undefined): Promise<void> {
    const { recursive, preserve } = this.#options
    if (!recursive) throw new BadRecord('received directory without -r')
    const existing = await localFiles.look(path, true)
    const wanted = preserve ? mode : mode & ~this.#mask
    try {
      if (existing && existing.kind !== 'directory') throw Object.assign(new Error(), { code: 'ENOTDIR' })
      if (existing && preserve) await localFiles.set(path, { mode: wanted })
      if (!existing) await makeOne(path, wanted | ENTERED)
    } catch (error) {
      return this.#refuse(path, error)
    }
    await this.#peer.agree()
    await this.into(path, false)
    await this.#finish(path, preserve || !existing ? wanted : undefined, times)
  }

  async #file(path: Path, { mode, size, name }: Announced, times: Times | undefined): Promise<void> {
    const { preserve, progress } = this.#options
    const isNew = await localFiles.look(path, true).then((status) => status === undefined, () => false)
    const wanted = preserve ? mode : mode & ~this.#mask
    let file
    try {
      if (isNew && textOf(path).endsWith('/')) throw Object.assign(new Error(), { code: 'EISDIR' })
      file = await localFiles.open(path, 'go-on', wanted | WRITABLE)
    } catch (error) {
      return this.#refuse(path, error)
    }
    const meter = new ProgressMeter(shown(name), progress)
    let broken: unknown
    try {
      await this.#peer.agree()
      const wait = paced(this.#options.limit)
      for (let at = 0; at < size;) {
        const part = await this.#peer.read(Math.min(AT_ONCE, size - at))
        if (part.length === 0) throw new BadRecord('the other side ended within a file')
        // The rest must be taken all the same.
        if (broken === undefined) await file.write([part], at).catch((error: unknown) => { broken = error })
        at += part.length
        meter.show(at, size)
        await wait(at)
      }
      if (broken === undefined) await file.truncate(size).catch((error: unknown) => { broken = error })
    } finally {
      await file.close()
    }
    meter.end(size)
    const isWhole = await answer(this.#peer, this.#options)
    if (broken !== undefined) return this.#refuse(path, broken)
    await this.#finish(path, isNew || preserve ? wanted : undefined, isWhole ? times : undefined)
    await this.#peer.agree()
  }

  async #finish(path: Path, mode: number | undefined, times: Times | undefined): Promise<void> {
    await localFiles.set(path, { mode, times: times && [times.atime, times.mtime] }).catch((error: unknown) => { this.#options.tell(`${textOf(path)}: set times: ${wordsOf(error)}`) })
  }

  /** Tells both sides why something is not written. */
  async #refuse(path: Path, error: unknown): Promise<void> {
    const text = `${textOf(path)}: ${wordsOf(error)}`
    this.#options.tell(text)
    await this.#peer.write(`\x01scp: ${text}\n`)
  }
}

/** Reads whether the other side is content; tells if not. @throws Stopped if it cannot go on */
export async function answer(peer: Peer, options: LegacyOptions): Promise<boolean> {
  const [code] = await peer.read(1)
  if (code === 0) return true
  if (code === undefined) {
    options.tell('lost connection')
    throw new Stopped()
  }
  const line = await peer.readLine()
  options.tell(shown(code === 1 || code === 2 ? line : Buffer.concat([Buffer.of(code), line])))
  if (code !== 1) throw new Stopped()
  return false
}

const localName = (name: Uint8Array) => {
  const text = Buffer.from(name).toString()
  return Buffer.from(text).equals(name) ? text : name
}
const textOf = (path: Path | URL) => shown(Buffer.from(path instanceof URL ? fileURLToPath(path) : path))
