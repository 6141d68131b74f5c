import type { Target } from '../messages.ts'
import { button, h, iconButton } from './dom.ts'
import { Tab } from './tab.ts'

interface Entry {
  readonly tab: Tab
  readonly handle: HTMLButtonElement
  readonly place: HTMLElement
}

/** The strip of tabs and the panel that is seen. Arrow keys move along the strip, as in any list of tabs. */
export class Tabs {
  readonly #changed: (tab: Tab) => void
  readonly strip = h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Connections', onkeydown: (event) => this.#key(event) })
  readonly panels = h('main', {})
  readonly #entries: Entry[] = []
  #current: Entry | undefined
  #count = 0

  /** @param changed called when another tab is seen, or the one that is seen is connected or not any more */
  constructor(changed: (tab: Tab) => void) {
    this.#changed = changed
  }

  get current(): Tab | undefined {
    return this.#current?.tab
  }

  add(start: Partial<Target>): void {
    const id = `tab-${++this.#count}`
    const handle = button('New connection', () => this.#show(entry, true), { role: 'tab', id, 'aria-controls': `${id}-panel`, 'aria-keyshortcuts': 'Delete' })
    const tab = new Tab(start, {
      show: () => this.#show(entry, false),
      titled: (title) => { handle.textContent = handle.title = title },
      connected: (yes) => {
        handle.classList.toggle('connected', yes)
        if (this.#current === entry) this.#changed(tab)
      },
      leaveTerminal: () => handle.focus(),
    })
    tab.element.id = `${id}-panel`
    tab.element.setAttribute('aria-labelledby', id)
    const place = h('div', { class: 'tab', role: 'presentation' }, handle, iconButton('close', 'Close this tab', () => this.#close(entry, start), { tabIndex: -1 }))
    const entry: Entry = { tab, handle, place }
    this.#entries.push(entry)
    this.strip.append(place)
    this.panels.append(tab.element)
    this.#show(entry, true)
  }

  #show(entry: Entry, focus: boolean): void {
    this.#current = entry
    for (const other of this.#entries) {
      const shown = other === entry
      other.handle.setAttribute('aria-selected', String(shown))
      other.handle.tabIndex = shown ? 0 : -1
      other.place.classList.toggle('shown', shown)
      other.tab.element.hidden = !shown
    }
    entry.place.scrollIntoView({ inline: 'nearest', block: 'nearest' })
    if (focus) entry.tab.focus()
    this.#changed(entry.tab)
  }

  #close(entry: Entry, start: Partial<Target>): void {
    const at = this.#entries.indexOf(entry)
    this.#entries.splice(at, 1)
    entry.tab.close()
    entry.place.remove()
    const next = this.#entries[Math.min(at, this.#entries.length - 1)]
    if (!next) this.add(start)
    else if (this.#current === entry) this.#show(next, true)
  }

  #key(event: KeyboardEvent): void {
    const at = this.#entries.findIndex(({ handle }) => handle === event.target)
    const last = this.#entries.length - 1
    const to = { ArrowLeft: at === 0 ? last : at - 1, ArrowRight: at === last ? 0 : at + 1, Home: 0, End: last }[event.key]
    const next = to === undefined || at < 0 ? undefined : this.#entries[to]
    if (event.key === 'Delete' && at >= 0) return this.#entries[at]!.place.querySelector<HTMLButtonElement>('.icon')?.click()
    if (!next) return
    event.preventDefault()
    this.#show(next, false)
    next.handle.focus()
  }
}
