/// Used tickets: each works once.

/** The number of tickets at which expired ones are forgotten. */
const MANY = 4096

export class UsedOnce {
  readonly #expiries = new Map<string, number>()

  /** @param expires milliseconds, after which the ticket is refused anyway @returns whether this is its first use */
  use(ticket: string, expires: number, now = Date.now()): boolean {
    if ((this.#expiries.get(ticket) ?? 0) > now) return false
    if (this.#expiries.size >= MANY) for (const [other, until] of this.#expiries) if (until <= now) this.#expiries.delete(other)
    this.#expiries.set(ticket, expires)
    return true
  }
}
