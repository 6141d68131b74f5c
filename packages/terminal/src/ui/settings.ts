import type { Dialogs } from './dialog.ts'
import { field, h } from './dom.ts'
import { isObject, readItem, writeItem } from './page-storage.ts'

export interface Settings {
  readonly theme: 'auto' | 'light' | 'dark'
  readonly fontSize: number
  /** Gives screen readers the text of the terminal; costs speed. */
  readonly screenReader: boolean
}

const ITEM = 'libssh2-wasm-terminal'
/** Pixels of the terminal's text. */
const SMALLEST = 8, LARGEST = 32
const changed = new EventTarget()
let current = read()

/** The user's own settings; the page's attributes apply to the rest. */
export const settings = (): Partial<Settings> => current

/** Calls `listener` after each change, until `signal` aborts. */
export function followSettings(listener: () => void, signal: AbortSignal): void {
  changed.addEventListener('change', listener, { signal })
}

export async function editSettings(dialogs: Dialogs, shown: Settings): Promise<void> {
  const theme = h('select', {}, ...([['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const)
    .map(([value, label]) => h('option', { value, selected: value === shown.theme }, label)))
  const fontSize = h('input', { type: 'number', min: String(SMALLEST), max: String(LARGEST), value: String(shown.fontSize) })
  const screenReader = h('input', { type: 'checkbox', id: 'screen-reader', checked: shown.screenReader })
  const done = await dialogs.ask('Settings', [
    field('Colours', theme),
    field('Text size in the terminal', fontSize),
    h('label', { class: 'check', for: 'screen-reader' }, screenReader, h('span', {}, 'Screen reader support: output is read aloud')),
    keyTable(),
  ], [{ label: 'Done', value: () => true, kind: 'primary' }])
  if (!done) return
  write({
    theme: theme.value as Settings['theme'],
    fontSize: Math.min(LARGEST, Math.max(SMALLEST, Number(fontSize.value) || shown.fontSize)),
    screenReader: screenReader.checked,
  })
}

const SHORTCUTS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'Shift', 'C'], 'copy the selection'],
  [['Ctrl', 'Shift', 'V'], 'paste'],
  [['Ctrl', 'Shift', 'F'], 'find'],
  [['Shift', 'Esc'], 'leave the terminal; all other keys go to the server'],
]

function keyTable(): HTMLElement {
  return h('dl', { class: 'shortcuts' }, ...SHORTCUTS.flatMap(([keys, what]) => [
    h('dt', {}, ...keys.flatMap((key, index) => [...index > 0 ? [' + '] : [], h('kbd', {}, key)])), h('dd', {}, what),
  ]))
}

function read(): Partial<Settings> {
  const { theme, fontSize, screenReader } = readItem('local', ITEM, isObject<Settings>) ?? {}
  return {
    ...isTheme(theme) && { theme },
    ...typeof fontSize === 'number' && fontSize >= SMALLEST && fontSize <= LARGEST && { fontSize },
    ...typeof screenReader === 'boolean' && { screenReader },
  }
}

function isTheme(value: unknown): value is Settings['theme'] {
  return value === 'auto' || value === 'light' || value === 'dark'
}

function write(settings: Settings): void {
  current = settings
  // Without storage they last as long as the page.
  writeItem('local', ITEM, settings)
  changed.dispatchEvent(new Event('change'))
}
