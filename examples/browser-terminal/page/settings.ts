import { ask } from './dialog.ts'
import { field, h } from './dom.ts'

export interface Settings {
  readonly theme: 'auto' | 'light' | 'dark'
  readonly fontSize: number
  /** Gives screen readers the text of the terminal; costs speed. */
  readonly screenReader: boolean
}

const ITEM = 'libssh2-wasm-terminal'
const DEFAULTS: Settings = { theme: 'auto', fontSize: 14, screenReader: false }
const changed = new EventTarget()
let current = read()

export const settings = (): Settings => current

/** Calls `listener` now and after each change. */
export function followSettings(listener: (settings: Settings) => void): void {
  changed.addEventListener('change', () => listener(current))
  listener(current)
}

export async function editSettings(): Promise<void> {
  const theme = h('select', {}, ...([['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']] as const)
    .map(([value, label]) => h('option', { value, selected: value === current.theme }, label)))
  const fontSize = h('input', { type: 'number', min: '8', max: '32', value: String(current.fontSize) })
  const screenReader = h('input', { type: 'checkbox', id: 'screen-reader', checked: current.screenReader })
  await ask('Settings', [
    field('Colours', theme),
    field('Text size in the terminal', fontSize),
    h('label', { class: 'check', for: 'screen-reader' }, screenReader, h('span', {}, 'Screen reader support: output is read aloud')),
    h('p', {}, h('kbd', {}, 'Shift'), ' + ', h('kbd', {}, 'Esc'), ' leaves the terminal for the tabs; all other keys go to the server.'),
  ], [{ label: 'Done', value: () => null, kind: 'primary' }])
  write({
    theme: theme.value as Settings['theme'],
    fontSize: Math.min(32, Math.max(8, Number(fontSize.value) || DEFAULTS.fontSize)),
    screenReader: screenReader.checked,
  })
}

function read(): Settings {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(ITEM) ?? '{}') as Partial<Settings> }
  } catch {
    return DEFAULTS
  }
}

function write(settings: Settings): void {
  current = settings
  try {
    localStorage.setItem(ITEM, JSON.stringify(settings))
  } catch {
    // A browser that keeps nothing: they last as long as the page.
  }
  changed.dispatchEvent(new Event('change'))
}
