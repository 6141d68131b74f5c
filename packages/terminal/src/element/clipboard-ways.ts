import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import type { Pane } from './pane.ts'

/** The most lines of a paste that the question shows. */
const SHOWN = 8

/** Connects terminal and clipboard. Programs on the server may write the clipboard if the user allows it, and never read it. */
export class ClipboardWays {
  readonly #pane: Pane
  /** Hosts that were asked about, with the answer: for this page only. */
  readonly #allowed = new Map<string, boolean>()

  constructor(pane: Pane) {
    this.#pane = pane
  }

  async copy(): Promise<void> {
    const text = this.#pane.view.terminal.getSelection()
    if (text === '') return
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      document.execCommand('copy')
    }
  }

  /** Pastes from the clipboard; if the browser does not let a page read it, from a field that the user pastes into. */
  async paste(): Promise<void> {
    let text: string | null
    try {
      text = await navigator.clipboard.readText()
    } catch {
      text = await this.#ask()
    }
    if (text) await this.insert(text)
    this.#pane.view.terminal.focus()
  }

  #ask(): Promise<string | null> {
    const area = h('textarea', { rows: 5, id: 'to-paste', autofocus: true })
    return this.#pane.dialogs.ask('Paste', [h('div', { class: 'field' }, h('label', { for: 'to-paste' }, 'This browser lets no page read the clipboard. Paste it here:'), area)],
      [{ label: 'Cancel', value: () => null }, { label: 'Send to the terminal', value: () => area.value, kind: 'primary' }])
  }

  /** A program without bracketed paste would run several lines at once, so the user is asked first. */
  async insert(text: string): Promise<void> {
    const { view, dialogs } = this.#pane
    const lines = text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/)
    if (/[\r\n]/.test(text) && !view.terminal.modes.bracketedPasteMode) {
      const more = lines.length > SHOWN ? `\n… ${lines.length - SHOWN} more` : ''
      const yes = await dialogs.confirm(`Paste ${lines.length === 1 ? 'a line with its Enter' : `${lines.length} lines`}?`, [
        h('p', {}, 'The program in the terminal takes each line as if it had been typed with Enter.'),
        h('pre', { class: 'pasted', tabIndex: 0 }, visible(lines.slice(0, SHOWN).join('\n')) + more),
      ], 'Paste')
      if (!yes) return
    }
    view.insert(text)
  }

  /** OSC 52. */
  async programWrites(text: string): Promise<void> {
    const { host, target, dialogs, who } = this.#pane
    const asked = host.request<boolean>('clipboard', { text, target })
    const known = this.#allowed.get(target.host)
    const yes = asked ? await asked : known ?? await dialogs.confirm(`Let ${who} write to the clipboard?`, [
      h('p', {}, 'A program there wants to put text into it. It can never read it. The answer holds for this host until the page is left.'),
      h('pre', { class: 'pasted', tabIndex: 0 }, visible(text.slice(0, 500))),
    ], 'Allow', { no: 'Do not allow' })
    if (!asked) this.#allowed.set(target.host, yes)
    if (yes) await navigator.clipboard?.writeText(text).catch(() => {})
  }
}
