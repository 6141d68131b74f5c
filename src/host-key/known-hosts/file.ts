import { callables, record, text } from '../../errors/arguments.ts'
import { binaryOf } from '../../wire-format/bytes-of.ts'
import { type Bytes, equalBytes } from '../../wire-format/bytes.ts'
import { publicKeyType, readPublicKey } from '../../keys/public-key-blob.ts'
import { knownHostName, lowerCase } from '../host-name.ts'
import { KnownHostsLine } from './lazy-line.ts'
import { formatKnownHostsLine, type KnownHostsEntry, type KnownHostsMarker } from './line.ts'
import { matchPatternList } from './pattern.ts'

const loadHashing = () => import('./hash-name.ts')

export interface KnownHostsOptions {
  /** Called for each line that cannot be parsed; such lines are skipped, and kept when the text is written. `line` counts from 1. */
  readonly onWarning?: (problem: string, line: number) => void
  /**
   * Content of a file for `RevokedHostKeys` of ssh_config(5): public keys, one per line, or a key revocation list (`ssh-keygen -k`).
   * A key in it is refused whatever the known_hosts text says; if it cannot be read, every key is refused.
   */
  readonly revoked?: string | Uint8Array | undefined
}

const MARKERS: readonly KnownHostsMarker[] = ['@cert-authority', '@revoked']

export interface AddHostOptions {
  /** Hashes the host name, like `HashKnownHosts yes` of ssh_config(5). */
  readonly hash?: boolean
  readonly marker?: KnownHostsMarker
  readonly comment?: string
}

/** The text of a known_hosts file: can be searched, extended, and written back with every untouched line as it was. */
export class KnownHostsFile {
  #lines: KnownHostsLine[]
  /** Results by name: one connection looks up the same names several times. */
  readonly #found = new Map<string, Promise<KnownHostsLine[]>>()

  constructor(content: string = '', options: KnownHostsOptions = {}) {
    const { onWarning } = record(options, 'options')
    callables({ onWarning })
    const texts = text(content, 'the known hosts').split('\n')
    if (texts.at(-1) === '') texts.pop()
    this.#lines = texts.map((line) => new KnownHostsLine(line))
    if (onWarning) this.#lines.forEach(({ problem }, index) => { if (problem !== undefined) onWarning(problem, index + 1) })
  }

  /** The lines that could be read, in order. */
  get entries(): readonly KnownHostsEntry[] {
    return this.#lines.flatMap(({ entry }) => entry ?? [])
  }

  /** The entries about a host, in order, including markers: what `ssh-keygen -F` finds. */
  async find(host: string, port?: number): Promise<readonly KnownHostsEntry[]> {
    return (await this.#matching(knownHostName(host, port))).flatMap(({ entry }) => entry ?? [])
  }

  /** Appends a line for a host and its public key blob; returns the line without a line break. A host name that would break the format is a `TypeError`. */
  async add(host: string, port: number, key: Uint8Array, options: AddHostOptions = {}): Promise<string> {
    const { hash = false, marker, comment = '' } = record(options, 'options')
    if (marker !== undefined && !MARKERS.includes(marker)) throw new TypeError(`marker must be ${MARKERS.join(' or ')}`)
    text(comment, 'comment')
    binaryOf(key, 'key')
    const name = knownHostName(host, port)
    if (host === '' || /[\s,*?!\p{C}]|^[|#@]/u.test(host)) throw new TypeError('not a host name that a known_hosts file can hold')
    if (/[\r\n]/.test(comment)) throw new TypeError('a comment is a single line')
    readPublicKey(key)
    const entry = { ...(marker && { marker }), names: hash ? await (await loadHashing()).hashName(name) : name, type: publicKeyType(key), key: key.slice() as Bytes, comment }
    const line = formatKnownHostsLine(entry)
    this.#lines.push(new KnownHostsLine(line))
    this.#found.clear()
    return line
  }

  /** Removes the lines about a host, or only those with this key; returns how many. Lines with a marker stay, as with `ssh-keygen -R`. */
  async remove(host: string, port?: number, key?: Uint8Array): Promise<number> {
    const matching = await this.#matching(knownHostName(host, port))
    const doomed = new Set(matching.filter(({ entry }) => entry && !entry.marker && (!key || equalBytes(key, entry.key))))
    this.#lines = this.#lines.filter((line) => !doomed.has(line))
    this.#found.clear()
    return doomed.size
  }

  /** The whole text, including garbage and comments; every line ends with a line break. */
  toString(): string {
    return this.#lines.map(({ text }) => `${text}\n`).join('')
  }

  #matching(name: string): Promise<KnownHostsLine[]> {
    const found = this.#found.get(name) ?? this.#search(name)
    this.#found.set(name, found)
    return found
  }

  async #search(name: string): Promise<KnownHostsLine[]> {
    const lines = this.#lines
    const isHashed = lines.some(({ hashed }) => hashed) ? await (await loadHashing()).hashedNameMatcher(name) : () => false
    return lines.filter(({ names, hashed }) => hashed ? isHashed(hashed) : names !== undefined && matchPatternList(name, lowerCase(names).split(',')))
  }
}
