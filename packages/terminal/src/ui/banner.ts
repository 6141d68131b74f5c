import type { Explanation } from './explain.ts'
import { button, h } from './dom.ts'

export interface BannerAction {
  readonly label: string
  readonly act: () => void
  readonly primary?: boolean
}

/** A message below the terminal. It never takes the focus, so that typing does not press its buttons. */
export class Banner {
  readonly element = h('div', { class: 'banner-place' })
  #clock: ReturnType<typeof setInterval> | undefined

  show({ title, advice }: Explanation, actions: readonly BannerAction[], { urgent = true, progress }: { readonly urgent?: boolean, readonly progress?: () => string } = {}): void {
    clearInterval(this.#clock)
    const moving = h('span', { class: 'progress-text', 'aria-live': 'off' })
    if (progress) {
      const tick = () => { moving.textContent = progress() }
      tick()
      this.#clock = setInterval(tick, 1000)
    }
    this.element.replaceChildren(h('div', { class: 'banner', role: urgent ? 'alert' : 'status' },
      h('div', {}, h('strong', {}, title), h('span', {}, advice), ...progress ? [moving] : []),
      h('div', { class: 'choices' }, ...actions.map(({ label, act, primary = false }) => button(label, act, { class: primary ? 'primary' : 'plain' })))))
  }

  clear(): void {
    clearInterval(this.#clock)
    this.element.replaceChildren()
  }
}
