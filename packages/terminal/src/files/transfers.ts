import type { Transfer } from '../session/messages.ts'
import { h, iconButton } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import { formatSeconds, formatSize } from './format.ts'

interface Line {
  readonly element: HTMLElement
  readonly bar: HTMLProgressElement
  readonly state: HTMLElement
  readonly stop: HTMLButtonElement
}

/** The transfers of a session, each a line with its progress. */
export class TransferList {
  readonly element = h('ul', { class: 'transfers', 'aria-label': 'Transfers' })
  readonly #lines = new Map<number, Line>()
  readonly #cancel: (id: number) => void
  readonly #dismiss: (id: number) => void

  constructor(cancel: (id: number) => void, dismiss: (id: number) => void) {
    this.#cancel = cancel
    this.#dismiss = dismiss
  }

  show(transfers: readonly Transfer[]): void {
    const now = new Set(transfers.map(({ id }) => id))
    for (const [id, { element }] of this.#lines) {
      if (now.has(id)) continue
      element.remove()
      this.#lines.delete(id)
    }
    for (const transfer of transfers.toReversed()) this.#update(transfer)
  }

  #update(transfer: Transfer): void {
    const line = this.#lines.get(transfer.id) ?? this.#add(transfer)
    const { state, transferred, total } = transfer
    const over = state !== 'waiting' && state !== 'running'
    line.element.className = state
    line.bar.hidden = over
    if (total !== null) {
      line.bar.max = Math.max(1, total)
      line.bar.value = transferred
    }
    line.state.textContent = words(transfer)
    const label = `${over ? 'Remove' : 'Cancel'} ${labelOf(transfer)}${over ? ' from the list' : ''}`
    line.stop.setAttribute('aria-label', label)
    line.stop.title = label
    line.stop.onclick = () => over ? this.#dismiss(transfer.id) : this.#cancel(transfer.id)
  }

  #add(transfer: Transfer): Line {
    const label = labelOf(transfer)
    const bar = h('progress', { 'aria-label': label })
    const state = h('span', { class: 'state', role: 'status' })
    const stop = iconButton('close', `Cancel ${label}`, () => {})
    const element = h('li', { part: 'row' }, h('span', { class: 'name' }, label), state, stop, bar)
    const line = { element, bar, state, stop }
    this.#lines.set(transfer.id, line)
    this.element.prepend(element)
    return line
  }
}

function labelOf({ direction, name }: Transfer): string {
  return `${direction === 'up' ? '↑' : '↓'} ${visible(name)}`
}

function words({ state, transferred, total, speed, outcome }: Transfer): string {
  if (state === 'waiting') return 'waiting'
  if (state === 'done') return 'done'
  if (state !== 'running') return outcome
  const part = total === null ? formatSize(transferred) : `${Math.floor(100 * transferred / Math.max(1, total))} %`
  const left = total !== null && speed > 0 ? ` · ${formatSeconds((total - transferred) / speed)} left` : ''
  return speed > 0 ? `${part} · ${formatSize(speed)}/s${left}` : part
}
