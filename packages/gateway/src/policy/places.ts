/// The number of sessions: in total, of a user, of a client group.

export interface PlaceLimits {
  readonly sessions: number
  readonly sessionsPerUser: number
  readonly sessionsPerClient: number
}

export class Places {
  readonly #users = new Map<string, number>()
  readonly #groups = new Map<string, number>()
  #all = 0

  get taken(): number {
    return this.#all
  }

  /** @returns a function that releases the place and may be called again, or the reason for a refusal */
  take(user: string, group: string, limits: PlaceLimits): (() => void) | string {
    if (this.#all >= limits.sessions) return 'too many sessions'
    if ((this.#users.get(user) ?? 0) >= limits.sessionsPerUser) return 'too many sessions of this user'
    if ((this.#groups.get(group) ?? 0) >= limits.sessionsPerClient) return 'too many sessions of this client'
    this.#all++
    add(this.#users, user, 1)
    add(this.#groups, group, 1)
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#all--
      add(this.#users, user, -1)
      add(this.#groups, group, -1)
    }
  }
}

function add(counts: Map<string, number>, key: string, one: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + one
  if (count === 0) counts.delete(key)
  else counts.set(key, count)
}
