import { record, text as checkText } from '../../errors/arguments.ts'

/** Where `trustOnFirstUse` keeps its known_hosts text. */
export interface HostKeyStore {
  /** Where the text is stored: for `trustOnFirstUse`, stores with the same place are one store. If missing, the store itself is the place. */
  readonly place?: string
  /** The whole text; empty if there is none yet. */
  read(): string | Promise<string>
  /** Appends one line, given without a line break. */
  append(line: string): void | Promise<void>
  /** Replaces the whole text with `after` if it still equals `before`; false if it has changed meanwhile. */
  replace?(before: string, after: string): boolean | Promise<boolean>
}

/** Keeps the text in memory, until the page or process ends. */
export function memoryHostKeyStore(text: string = ''): HostKeyStore {
  checkText(text, 'text')
  return {
    read: () => text,
    append(line) {
      text = appendLine(text, line)
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

/** Keeps the text as one item of a Web Storage area, by default of `localStorage`. Two pages that append at exactly the same time may lose a line. */
export function webStorageHostKeyStore(storage: TextStorage = globalThis.localStorage, item: string = 'known_hosts'): HostKeyStore {
  if (!storage) throw new TypeError('this runtime has no localStorage')
  return {
    place: placeIn(storage, item),
    read: () => storage.getItem(item) ?? '',
    append: (line) => storage.setItem(item, appendLine(storage.getItem(item) ?? '', line)),
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
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${checkText(line, 'line')}\n`
}
