import type { SearchAddon } from '@xterm/addon-search'
import { h, iconButton } from './dom.ts'

const DECORATIONS = {
  matchBackground: '#7a5a00', matchOverviewRuler: '#d9a400', activeMatchBackground: '#c65d00', activeMatchColorOverviewRuler: '#ff8c2e',
}

/** Finds text in the terminal and its scrollback. */
export class SearchBar {
  readonly element: HTMLElement
  readonly #input = h('input', { type: 'search', 'aria-label': 'Find in the terminal', placeholder: 'Find', autocomplete: 'off', spellcheck: false })
  readonly #count = h('output', { 'aria-live': 'polite' })
  readonly #addon: SearchAddon
  readonly #leave: () => void

  constructor(addon: SearchAddon, leave: () => void) {
    this.#addon = addon
    this.#leave = leave
    this.element = h('div', { class: 'search', part: 'search', role: 'search', hidden: true, onkeydown: (event) => this.#key(event) }, this.#input, this.#count,
      iconButton('previous', 'Previous match', () => this.#find(false)), iconButton('next', 'Next match', () => this.#find(true)), iconButton('close', 'Close the search', () => this.close()))
    this.#input.oninput = () => this.#find(true, true)
    addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.#count.textContent = this.#input.value === '' ? '' : resultCount === 0 ? 'none' : resultIndex < 0 ? `${resultCount}+` : `${resultIndex + 1} of ${resultCount}`
    })
  }

  open(text = ''): void {
    this.element.hidden = false
    if (text !== '') this.#input.value = text
    this.#input.select()
    this.#input.focus()
    if (this.#input.value !== '') this.#find(true, true)
  }

  close(): void {
    this.element.hidden = true
    this.#addon.clearDecorations()
    this.#leave()
  }

  #find(forward: boolean, incremental = false): void {
    if (this.#input.value === '') return this.#addon.clearDecorations()
    if (forward) this.#addon.findNext(this.#input.value, { incremental, decorations: DECORATIONS })
    else this.#addon.findPrevious(this.#input.value, { decorations: DECORATIONS })
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.close()
    else if (event.key === 'Enter' && event.target === this.#input) this.#find(!event.shiftKey)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}
