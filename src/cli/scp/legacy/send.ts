import type { Client } from '../../../client/client.ts'
import { SystemError } from '../../../errors/system-error.ts'
import type { LocalFile } from '../../../runtime/local-files.ts'
import { localFiles } from '../../../transports/local-files/node.ts'
import { lookAt } from '../../transfer/local.ts'
import { ProgressMeter } from '../../transfer/progress.ts'
import { paced } from '../../transfer/throttle.ts'
import { Stopped } from '../stopped.ts'
import type { LegacyOptions } from './options.ts'
import { Peer, remoteCommand } from './peer.ts'
import { answer } from './receive.ts'
import { shown, wordsOf } from './text.ts'

const AT_ONCE = 256 << 10
/** The mode bits that the protocol carries. */
const MODE = 0o6777

type Path = string | Uint8Array

/** `scp -O`: copies one local file or, with `recursive`, a tree to a host. @param isDirectory the target must be one @throws Stopped */
export async function send(client: Client, local: string, remote: string, isDirectory: boolean, options: LegacyOptions): Promise<void> {
  const peer = await Peer.start(client, remoteCommand('t', remote, { ...options, isDirectory }))
  try {
    // The target itself is refused, also for the sources that follow.
    if (!await answer(peer, options)) throw new Stopped()
    await new Sender(peer, options).source(local.replace(/(.)\/+$/s, '$1'))
    if (!await peer.end()) options.failed()
  } finally {
    await peer.stop()
  }
}

class Sender {
  readonly #peer: Peer
  readonly #options: LegacyOptions

  constructor(peer: Peer, options: LegacyOptions) {
    this.#peer = peer
    this.#options = options
  }

  async source(path: Path): Promise<void> {
    try {
      const status = await lookAt(path)
      if (typeof status === 'string') return await this.#refuse(path, status)
      if (status.kind === 'directory' && this.#options.recursive) return await this.#directory(path, status)
      if (status.kind !== 'file') return await this.#refuse(path, 'not a regular file')
      const file = await localFiles.open(path, 'read')
      try {
        await this.#file(path, file)
      } finally {
        await file.close()
      }
    } catch (error) {
      if (!(error instanceof SystemError)) throw error
      await this.#refuse(path, wordsOf(error))
    }
  }

  async #file(path: Path, file: LocalFile): Promise<void> {
    const { size } = file.stat
    if (!await this.#announce('C', path, file.stat)) return
    const meter = new ProgressMeter(shown(lastPart(path)), this.#options.progress), wait = paced(this.#options.limit)
    let broken: unknown
    for (let at = 0; at < size;) {
      const wanted = Math.min(AT_ONCE, size - at)
      const part = broken === undefined ? await file.read(wanted, at).catch((error: unknown) => { broken = error; return new Uint8Array() }) : new Uint8Array(wanted)
      // A file that has become shorter is filled up: the other side waits for what was announced.
      if (part.length === 0) {
        broken ??= new Error('the file has become shorter')
        continue
      }
      await this.#peer.write(part.slice())
      at += part.length
      meter.show(at, size)
      await wait(at)
    }
    meter.end(size)
    if (broken === undefined) await this.#peer.agree()
    else await this.#refuse(path, wordsOf(broken))
    await answer(this.#peer, this.#options)
  }

  async #directory(path: Path, status: LocalFile['stat']): Promise<void> {
    const entries = await localFiles.list(path)
    if (!await this.#announce('D', path, status)) return
    for (const { name } of entries) await this.source(localFiles.join(path, name))
    await this.#peer.write('E\n')
    await answer(this.#peer, this.#options)
  }

  /** @returns whether the other side takes it */
  async #announce(kind: 'C' | 'D', path: Path, { mode, size, atime, mtime }: LocalFile['stat']): Promise<boolean> {
    if (this.#options.preserve) {
      await this.#peer.write(`T${Math.max(0, mtime)} 0 ${Math.max(0, atime)} 0\n`)
      if (!await answer(this.#peer, this.#options)) return false
    }
    const head = `${kind}${(mode & MODE).toString(8).padStart(4, '0')} ${kind === 'C' ? size : 0} `
    await this.#peer.write(Buffer.concat([Buffer.from(head), oneLine(lastPart(path)), Buffer.from('\n')]))
    return answer(this.#peer, this.#options)
  }

  /** Tells both sides why something is not copied. */
  async #refuse(path: Path, reason: string): Promise<void> {
    const text = `${shown(Buffer.from(path))}: ${reason}`
    this.#options.tell(text)
    await this.#peer.write(`\x01scp: ${text}\n`)
  }
}

function lastPart(path: Path): Buffer {
  const bytes = Buffer.from(path)
  return bytes.subarray(bytes.lastIndexOf('/') + 1)
}

/** A name with a line break would be two lines of the protocol. OpenSSH's scp writes it as vis(3) does. */
function oneLine(name: Buffer): Buffer {
  return name.includes('\n') ? Buffer.from(name.toString('latin1').replaceAll('\n', '\\^J'), 'latin1') : name
}
