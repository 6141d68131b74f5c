import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import type { Pane } from './pane.ts'

/** The most lines of a paste that the question shows. */
const SHOWN = 8
/** Milliseconds that what is typed waits for the clipboard. Its reading takes less, unless the browser asks the person first, who may ignore that and type on. */
const PATIENCE = 2000

/** Connects terminal and clipboard. Programs on the server may write the clipboard if the user allows it, and never read it. */
export class ClipboardWays {
  readonly #pane: Pane
  /** Hosts that were asked about, with the answer: for this page only. */
  readonly #allowed = new Map<string, Promise<boolean>>()

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
    const { view } = this.#pane
    // Now: when the text has come, the person may have gone elsewhere.
    view.terminal.focus()
    const place = view.reserve()
    const timer = setTimeout(() => view.insert('', place), PATIENCE)
    let text: string | null
    try {
      text = await navigator.clipboard.readText()
      clearTimeout(timer)
    } catch {
      clearTimeout(timer)
      text = await this.#ask()
    }
    await this.insert(text ?? '', place)
  }

  #ask(): Promise<string | null> {
    const area = h('textarea', { rows: 5, id: 'to-paste', autofocus: true })
    return this.#pane.dialogs.ask('Paste', [h('div', { class: 'field' }, h('label', { for: 'to-paste' }, 'This browser lets no page read the clipboard. Paste it here:'), area)],
      [{ label: 'Cancel', value: () => null }, { label: 'Send to the terminal', value: () => area.value, kind: 'primary' }])
  }

  /** A program without bracketed paste would run several lines at once, so the user is asked first. */
  async insert(text: string, place = this.#pane.view.reserve()): Promise<void> {
    const { view, dialogs } = this.#pane
    const lines = text.replace(/\r?\n$/, '').split(/\r\n|\r|\n/)
    if (/[\r\n]/.test(text) && !view.terminal.modes.bracketedPasteMode) {
      const more = lines.length > SHOWN ? `\n… ${lines.length - SHOWN} more` : ''
      const yes = await dialogs.confirm(`Paste ${lines.length === 1 ? 'a line with its Enter' : `${lines.length} lines`}?`, [
        h('p', {}, 'The program in the terminal takes each line as if it had been typed with Enter.'),
        h('pre', { class: 'pasted', tabIndex: 0 }, visible(lines.slice(0, SHOWN).join('\n')) + more),
      ], 'Paste')
      if (!yes) return view.insert('', place)
    }
    view.insert(text, place)
  }

  /** OSC 52. */
  async programWrites(text: string): Promise<void> {
    const { host, target, dialogs, who } = this.#pane
    // One question, however often programs write before it is answered.
    const question = () => dialogs.confirm(`Let ${who} write to the clipboard?`, [
      h('p', {}, 'A program there wants to put text into it. It can never read it. The answer holds for this host until the page is left.'),
      h('pre', { class: 'pasted', tabIndex: 0 }, visible(text.slice(0, 500))),
    ], 'Allow', { no: 'Do not allow' })
    const asked = host.request<boolean>('clipboard', { text, target })
    const answer = asked ?? this.#allowed.get(target.host) ?? question()
    if (!asked) this.#allowed.set(target.host, answer)
    if (await answer) await navigator.clipboard?.writeText(text).catch(() => {})
  }
}
