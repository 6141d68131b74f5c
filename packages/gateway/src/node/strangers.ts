/// Sockets without a valid ticket yet. They may be many and idle, and must not keep out clients with a ticket.
import type { Socket } from 'node:net'

export interface StrangerLimits {
  readonly strangers: number
  readonly strangersPerClient: number
}

/** Milliseconds that a socket has for its first bytes before it counts as idle. */
const FIRST_WORD = 250

interface Stranger {
  readonly socket: Socket
  readonly group: string
  readonly since: number
  /** It has begun to send a request. */
  readonly spoke: () => boolean
}

/**
 * When there are too many, the oldest of the largest group is closed, never the newcomer: a client with a ticket sends its request at once and
 * is a stranger for milliseconds.
 * Within a group, silent sockets are closed first.
 */
export class Strangers {
  readonly #limits: () => StrangerLimits
  readonly #groups = new Map<string, Set<Stranger>>()
  readonly #all = new Map<Socket, Stranger>()
  cut = 0

  constructor(limits: () => StrangerLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#all.size
  }

  /** @param read returns the bytes received */
  add(socket: Socket, group: string, read: () => number): void {
    const stranger = { socket, group, since: Date.now(), spoke: () => read() > 0 }
    const siblings = this.#groups.get(group) ?? new Set()
    this.#groups.set(group, siblings.add(stranger))
    this.#all.set(socket, stranger)
    socket.once('close', () => this.delete(socket))
    const { strangers, strangersPerClient } = this.#limits()
    if (siblings.size > strangersPerClient) this.#cutOne(siblings, siblings.size > strangersPerClient * 4)
    if (this.#all.size > strangers) this.#cutOne(this.#largest(), true)
  }

  /** It has shown a valid ticket, or is gone. */
  delete(socket: Socket): void {
    const stranger = this.#all.get(socket)
    if (!stranger) return
    this.#all.delete(socket)
    const siblings = this.#groups.get(stranger.group)
    siblings?.delete(stranger)
    if (siblings?.size === 0) this.#groups.delete(stranger.group)
  }

  #largest(): Set<Stranger> {
    let largest = new Set<Stranger>()
    for (const group of this.#groups.values()) if (group.size > largest.size) largest = group
    return largest
  }

  /** @param must also if all of them are new: there are far too many */
  #cutOne(siblings: Set<Stranger>, must: boolean): void {
    const ended = Date.now() - FIRST_WORD
    let chosen: Stranger | undefined
    for (const stranger of siblings) {
      if (!must && stranger.since > ended) break
      chosen ??= stranger
      if (stranger.spoke()) continue
      chosen = stranger
      break
    }
    if (chosen) this.#cut(chosen)
  }

  #cut({ socket }: Stranger): void {
    this.cut++
    this.delete(socket)
    socket.destroy()
  }
}
