import { type Bytes, equalBytes } from '../../wire-format/bytes.ts'
import { publicKeyType, readPublicKey } from '../../keys/public-key-blob.ts'
import { hashName } from './hashed-name.ts'
import { knownHostName } from '../host-name.ts'
import { formatKnownHostsLine, isGarbage, type KnownHostsEntry, type KnownHostsMarker, matchesName, parseKnownHostsLine } from './line.ts'

export interface KnownHostsOptions {
  /** Called for each line that is not understood; such lines are skipped, and kept when the text is written. `line` counts from 1. */
  readonly onWarning?: (problem: string, line: number) => void
}

export interface AddHostOptions {
  /** Hide the host name by hashing, as `HashKnownHosts yes` of ssh_config(5). */
  readonly hash?: boolean
  readonly marker?: KnownHostsMarker
  readonly comment?: string
}

interface Line {
  readonly text: string
  readonly entry?: KnownHostsEntry
}

/** The text of a known_hosts file: searched, extended, and written back with every line that was not touched as it was. */
export class KnownHostsFile {
  #lines: Line[]

  constructor(text: string = '', { onWarning }: KnownHostsOptions = {}) {
    const texts = text.split('\n')
    if (texts.at(-1) === '') texts.pop()
    this.#lines = texts.map((line, index) => readLine(line, (problem) => onWarning?.(problem, index + 1)))
  }

  /** The lines that could be read, in order. */
  get entries(): readonly KnownHostsEntry[] {
    return this.#lines.flatMap(({ entry }) => entry ?? [])
  }

  /** The entries about a host, in order, markers included: what `ssh-keygen -F` finds. */
  async find(host: string, port?: number): Promise<readonly KnownHostsEntry[]> {
    return (await this.#matching(knownHostName(host, port))).flatMap(({ entry }) => entry ?? [])
  }

  /** Appends a line for a host and its public key blob; returns the line without a line break. A host name that would break the format is a `TypeError`. */
  async add(host: string, port: number, key: Uint8Array, { hash = false, marker, comment = '' }: AddHostOptions = {}): Promise<string> {
    const name = knownHostName(host, port)
    if (host === '' || /[\s,*?!\p{C}]|^[|#@]/u.test(host)) throw new TypeError('not a host name that a known_hosts file can hold')
    if (/[\r\n]/.test(comment)) throw new TypeError('a comment is a single line')
    readPublicKey(key)
    const entry = { ...(marker && { marker }), names: hash ? await hashName(name) : name, type: publicKeyType(key), key: key.slice() as Bytes, comment }
    const text = formatKnownHostsLine(entry)
    this.#lines.push({ text, entry })
    return text
  }

  /** Removes the lines about a host, or only those with this key; returns how many. Lines with a marker stay, as with `ssh-keygen -R`. */
  async remove(host: string, port?: number, key?: Uint8Array): Promise<number> {
    const matching = await this.#matching(knownHostName(host, port))
    const doomed = new Set(matching.filter(({ entry }) => !entry!.marker && (!key || equalBytes(key, entry!.key))))
    this.#lines = this.#lines.filter((line) => !doomed.has(line))
    return doomed.size
  }

  /** The whole text, garbage and comments included; every line ends with a line break. */
  toString(): string {
    return this.#lines.map(({ text }) => `${text}\n`).join('')
  }

  async #matching(name: string): Promise<Line[]> {
    const matches = await Promise.all(this.#lines.map(({ entry }) => entry !== undefined && matchesName(entry, name)))
    return this.#lines.filter((_, index) => matches[index])
  }
}

function readLine(text: string, warn: (problem: string) => void): Line {
  try {
    const entry = parseKnownHostsLine(text)
    return entry ? { text, entry } : { text }
  } catch (error) {
    if (!isGarbage(error)) throw error
    warn(error.message)
    return { text }
  }
}
