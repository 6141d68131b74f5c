/** Where `trustOnFirstUse` keeps its known_hosts text. */
export interface HostKeyStore {
  /** The whole text; empty where there is none yet. */
  read(): string | Promise<string>
  /** Adds one line, given without a line break. */
  append(line: string): void | Promise<void>
}

/** Forgets everything with the page or process. */
export function memoryHostKeyStore(text: string = ''): HostKeyStore {
  return {
    read: () => text,
    append(line) {
      text = appendLine(text, line)
    },
  }
}

/** Keeps the text as one item of a Web Storage area, by default of `localStorage`. Two pages that append at the very same time may lose a line. */
export function webStorageHostKeyStore(storage: Pick<Storage, 'getItem' | 'setItem'> = globalThis.localStorage, item: string = 'known_hosts'): HostKeyStore {
  if (!storage) throw new TypeError('this runtime has no localStorage')
  return {
    read: () => storage.getItem(item) ?? '',
    append: (line) => storage.setItem(item, appendLine(storage.getItem(item) ?? '', line)),
  }
}

/** Puts a line at the end of a text whose last line may lack its line break. */
export function appendLine(text: string, line: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}
