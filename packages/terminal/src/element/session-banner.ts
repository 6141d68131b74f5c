import type { SessionState } from '../session/messages.ts'
import { Banner } from '../ui/banner.ts'
import type { Explanation } from '../ui/explain.ts'
import { visible } from '../ui/visible.ts'

/** What a person can do from the banner. */
export interface BannerActs {
  /** Back to the form. */
  readonly back: () => void
  readonly again: () => void
  /** Tries the network now. */
  readonly probe: () => void
}

/** What the banner above a terminal says of its session. */
export class SessionBanner {
  readonly #banner = new Banner()
  readonly #acts: BannerActs
  readonly element = this.#banner.element

  constructor(acts: BannerActs) {
    this.#acts = acts
  }

  connecting(who: string): void {
    this.#banner.show({ title: 'Connecting…', advice: who }, [], { urgent: false })
  }

  stalled({ since, nextIn }: Extract<SessionState, { readonly name: 'stalled' }>): void {
    const due = Date.now() + nextIn
    this.#banner.show({ title: 'The network does not answer', advice: 'Your shell goes on. What you type is kept and sent when the network is back.' }, [{ label: 'Try now', act: this.#acts.probe }], {
      urgent: false, progress: () => `Silent for ${Math.max(0, Math.round((Date.now() - since) / 1000))} s${due > Date.now() ? `; next attempt in ${Math.ceil((due - Date.now()) / 1000)} s` : '; trying now'}.`,
    })
  }

  ended({ code, signal }: Extract<SessionState, { readonly name: 'ended' }>['ending'], who: string): void {
    const how = signal ? `signal ${visible(signal)}` : code !== null ? `exit code ${code}` : 'no exit code'
    this.offer({ title: 'The shell has ended', advice: `${who}, ${how}.` }, 'Connect again')
  }

  /** Something is over, and can begin again. */
  offer(explanation: Explanation, label: string): void {
    this.#banner.show(explanation, [{ label: 'Back to the form', act: this.#acts.back }, { label, act: this.#acts.again, primary: true }])
  }

  clear(): void {
    this.#banner.clear()
  }
}
