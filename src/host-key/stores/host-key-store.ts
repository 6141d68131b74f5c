import { record, text as checkText } from '../../errors/arguments.ts'
import { missingBreak } from '../known-hosts/texts.ts'

/**
 * Where `trustOnFirstUse` keeps its known_hosts text. Programs, tabs and workers may share the text. If two of them record two keys of one host at once,
 * only the first key stands, and the other connection is refused:
 *
 * - In a store whose `append` compares the text with `before` in the same step, the second line is never written.
 * - In one that does not, it is taken back with `replace`; without `replace` a line with `@revoked` is appended, which refuses the key from then on.
 *   A program that ends in between leaves both keys behind.
 * - A store whose `append` can lose a line that is appended elsewhere at the same time promises nothing: both connections may be accepted.
 *   `append` must have stored its line for all readers when it resolves.
 */
export interface HostKeyStore {
  /** Where the text is stored: for `trustOnFirstUse`, stores with the same place are one store. If missing, the store itself is the place. */
  readonly place?: string
  /** The whole text; empty if there is none yet. */
  read(): string | Promise<string>
  /** Appends one line, given without a line break. With `before`, only if the text still equals it, in one step: otherwise false, and nothing is appended. */
  append(line: string, before?: string): void | boolean | Promise<void | boolean>
  /** Replaces the whole text with `after` if it still equals `before`; false if it has changed meanwhile. */
  replace?(before: string, after: string): boolean | Promise<boolean>
}

/** Keeps the text in memory, until the page or process ends. */
export function memoryHostKeyStore(text: string = ''): HostKeyStore {
  checkText(text, 'text')
  return {
    read: () => text,
    append(line, before = text) {
      if (text !== before) return false
      text = appendLine(text, line)
      return true
    },
    replace(before, after) {
      if (text !== before) return false
      text = checkText(after, 'after')
      return true
    },
  }
}

/** The part of a Web Storage area that is used; `localStorage` has it. */
export interface TextStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

/**
 * Keeps the text as one item of a Web Storage area, by default of `localStorage`. Tabs share it without a step that would be atomic among them: two that append
 * at exactly the same time may lose a line, and both may be accepted. `indexedDbHostKeyStore` is for sites that people open twice.
 */
export function webStorageHostKeyStore(storage: TextStorage = globalThis.localStorage, item: string = 'known_hosts'): HostKeyStore {
  if (!storage) throw new TypeError('this runtime has no localStorage')
  return {
    place: placeIn(storage, item),
    read: () => storage.getItem(item) ?? '',
    append(line, before) {
      const text = storage.getItem(item) ?? ''
      if (before !== undefined && text !== before) return false
      storage.setItem(item, appendLine(text, line))
      return true
    },
    replace(before, after) {
      if ((storage.getItem(item) ?? '') !== before) return false
      storage.setItem(item, after)
      return true
    },
  }
}

const numbers = new WeakMap<object, number>()
let lastNumber = 0

/** The name of a place within an object that several stores may share. */
export function placeIn(owner: object, name: string): string {
  checkText(name, 'the name of the store')
  const number = numbers.get(record(owner, 'storage')) ?? ++lastNumber
  numbers.set(owner, number)
  return `${number}:${name}`
}

/** Appends a line to a text whose last line may lack its line break. */
export function appendLine(text: string, line: string): string {
  return `${text}${missingBreak(text)}${checkText(line, 'line')}\n`
}
