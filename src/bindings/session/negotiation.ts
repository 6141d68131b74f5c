import { printable } from '../../errors/printable.ts'
import { decodeText, joinBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'

/** RFC 4253 section 7.1: the name-lists of a KEXINIT in their order, without the languages. */
const LISTS = [
  'key exchange', 'host key', 'cipher to the server', 'cipher from the server', 'MAC to the server', 'MAC from the server',
  'compression to the server', 'compression from the server',
] as const

const KEXINIT = 20
const LINE_FEED = 10

/** Enough of the beginning of a stream to hold the identification and the KEXINIT: what comes behind it is not kept. */
const KEPT = 64 << 10
/** A KEXINIT with its identification is rarely longer. */
const USUAL = 2048

/** Keeps the first bytes of both directions, which are not encrypted, to explain later why no algorithm was agreed. */
export class Negotiation {
  readonly sent = new Beginning()
  readonly received = new Beginning()

  /** What a server sent instead of its identification, e.g. that it accepts no more connections; `undefined` for nothing. */
  said(): string | undefined {
    const text = decodeText(this.received.bytes.subarray(0, SHOWN + 1)).trim()
    return text === '' || /^SSH-/m.test(text) ? undefined : printable(text, SHOWN)
  }

  /** The kinds in which the two sides have no algorithm in common, with their lists; `undefined` if that was not the problem. */
  mismatch(): string | undefined {
    const ours = offers(this.sent.bytes)
    const theirs = offers(this.received.bytes)
    if (!ours || !theirs) return undefined
    const missing = LISTS.flatMap((kind, at) => {
      const [we, they] = [ours[at] ?? [], theirs[at] ?? []]
      return we.some((name) => they.includes(name)) ? [] : [`no common ${kind}: we offer ${we.join(', ') || 'none'}; the server offers ${they.join(', ') || 'none'}`]
    })
    return missing.length === 0 ? undefined : missing.join('. ')
  }
}

/** Bytes of a server's text that an error shows. */
const SHOWN = 400

/** The first bytes of a stream. libssh2 receives the identification byte by byte: memory of its own for each of them would cost more than the rest of this. */
class Beginning {
  #memory: Uint8Array = new Uint8Array(USUAL)
  #size = 0

  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#size)
  }

  add(data: Uint8Array): void {
    const part = data.subarray(0, KEPT - this.#size)
    const size = this.#size + part.length
    if (size > this.#memory.length) this.#memory = joinBytes([this.#memory, new Uint8Array(size)])
    this.#memory.set(part, this.#size)
    this.#size = size
  }
}

/**
 * The name-lists of the KEXINIT that follows the identification line (RFC 4253 section 4.2); `undefined` if it is incomplete. libssh 0.10 has
 * an empty name among the others.
 */
function offers(bytes: Uint8Array): string[][] | undefined {
  try {
    const packet = new WireReader(bytes.subarray(afterIdentification(bytes)))
    packet.uint32()
    packet.byte()
    if (packet.byte() !== KEXINIT) return undefined
    packet.bytes(16)
    return LISTS.map(() => packet.text().split(',').filter((name) => name !== ''))
  } catch {
    return undefined
  }
}

/** Servers may send other lines before the one that begins with `SSH-`. */
function afterIdentification(bytes: Uint8Array): number {
  for (let start = 0; ;) {
    const end = bytes.indexOf(LINE_FEED, start)
    if (end < 0) throw new RangeError('no identification line')
    if (decodeText(bytes.subarray(start, start + 4)) === 'SSH-') return end + 1
    start = end + 1
  }
}
