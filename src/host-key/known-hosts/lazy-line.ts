import { type HashedName, parseHashedName } from './hashed-name.ts'
import { isGarbage, type KnownHostsEntry, namesOfLine, parseKnownHostsLine } from './line.ts'

interface Reading { readonly entry?: KnownHostsEntry | undefined, readonly problem?: string }

/** A line of a known_hosts file that is parsed only as far as needed: files have tens of thousands of lines, and a host has one or two. */
export class KnownHostsLine {
  readonly text: string
  /** The field with the names; undefined for blank lines, comments and lines without one. */
  readonly names: string | undefined
  /** Set if the name is hashed. */
  readonly hashed: HashedName | undefined
  #reading: Reading | undefined

  constructor(text: string) {
    this.text = text
    this.names = namesOfLine(text)
    this.hashed = this.names === undefined ? undefined : parseHashedName(this.names)
  }

  /** The parsed line; undefined if it is empty, a comment, or cannot be parsed. */
  get entry(): KnownHostsEntry | undefined {
    return this.#parsed().entry
  }

  /** Why it cannot be parsed. */
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
