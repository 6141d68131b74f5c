import { type HashedName, parseHashedName } from './hashed-name.ts'
import { isGarbage, type KnownHostsEntry, namesOfLine, parseKnownHostsLine } from './line.ts'

interface Reading { readonly entry?: KnownHostsEntry | undefined, readonly problem?: string }

/** A line of a known_hosts file, of which no more is read than somebody asks for: files have tens of thousands, and a host has one or two. */
export class KnownHostsLine {
  readonly text: string
  /** The field with the names; undefined for blank lines, comments and lines without one. */
  readonly names: string | undefined
  /** Where the name is hidden. */
  readonly hashed: HashedName | undefined
  #reading: Reading | undefined

  constructor(text: string) {
    this.text = text
    this.names = namesOfLine(text)
    this.hashed = this.names === undefined ? undefined : parseHashedName(this.names)
  }

  /** What the line says; undefined where it says nothing, or is not understood. */
  get entry(): KnownHostsEntry | undefined {
    return this.#parsed().entry
  }

  /** Why it is not understood. */
  get problem(): string | undefined {
    return this.#parsed().problem
  }

  #parsed(): Reading {
    try {
      return this.#reading ??= { entry: parseKnownHostsLine(this.text) }
    } catch (error) {
      if (!isGarbage(error)) throw error
      return this.#reading = { problem: error.message }
    }
  }
}
