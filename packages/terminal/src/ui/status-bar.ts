import type { SessionState } from '../session/messages.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { visible } from './visible.ts'

const WORDS: Readonly<Record<SessionState['name'], string>> = {
  idle: 'Not connected', connecting: 'Connecting…', open: 'Connected', stalled: 'Waiting for the network', ended: 'Ended', failed: 'Not connected',
}

/** One quiet line below the terminal: the current state, whether tmux keeps the shell, and how the server's key came to be trusted. */
export class StatusBar {
  readonly #state = h('span', { class: 'state', role: 'status' })
  readonly #who = h('span', { class: 'who' })
  readonly #kept = h('span', { class: 'kept', title: 'What runs here goes on in tmux on the server when the connection ends.' })
  readonly #trust = h('span', { class: 'trust' })
  readonly #size = h('span', { class: 'size' })
  readonly element = h('div', { class: 'status', part: 'status' }, this.#state, this.#who, h('slot', { name: 'status' }), h('span', { class: 'space' }), this.#kept, this.#trust, this.#size)

  update(state: SessionState, who: string): void {
    this.element.dataset.state = state.name
    this.#state.replaceChildren(h('i', { class: 'dot' }), WORDS[state.name])
    this.#who.textContent = state.name === 'idle' ? '' : who
    const welcome = 'welcome' in state ? state.welcome : undefined
    this.#kept.textContent = welcome?.inTmux ? 'in tmux' : ''
    this.#trust.replaceChildren(...welcome ? [icon('shield'), welcome.trust === 'known-hosts' ? 'key given by this page' : 'key accepted here'] : [])
    this.#trust.title = welcome ? `${welcome.fingerprint}\n${visible(welcome.server)}\n${welcome.kex}, ${welcome.cipher}` : ''
  }

  size(columns: number, rows: number): void {
    this.#size.textContent = `${columns} × ${rows}`
  }
}
