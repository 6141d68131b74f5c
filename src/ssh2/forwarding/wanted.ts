import type { Channel } from '../channel/channel.ts'

/** The most channels of one kind that a server may hold open at once: each costs a channel here, and a socket beside it. */
const MOST_AT_ONCE = 100

/** What one command has asked for; `end` when it has ended, or could not start. */
export interface Wanting {
  end(): void
}

/** The place of one channel: it is held until the channel has closed, or dropped if there is none. */
export interface Place {
  hold(channel: Channel): void
  drop(): void
}

/**
 * The channels of one kind that the server may open, as long as a command wants them. The server does not say which of several commands a channel belongs
 * to: open channels end with the last one.
 */
export class Wanted {
  readonly #requests = new Set<{ readonly runs: () => boolean, readonly once: boolean, spent: boolean }>()
  readonly #places = new Set<{ channel?: Channel }>()

  /** @param runs whether the command's channel is open: `end` may come later. @param once only the first channel is wanted */
  add(runs: () => boolean, once = false): Wanting {
    const request = { runs, once, spent: false }
    this.#requests.add(request)
    return {
      end: () => {
        this.#requests.delete(request)
        if (this.#requests.size === 0) for (const { channel } of this.#places) channel?.destroy()
      },
    }
  }

  /** A place for one more channel, which counts from now on; undefined if none is wanted. */
  take(): Place | undefined {
    const request = [...this.#requests].findLast(({ spent, runs }) => !spent && runs())
    if (!request || this.#places.size >= MOST_AT_ONCE) return undefined
    request.spent = request.once
    const place: { channel?: Channel } = {}
    this.#places.add(place)
    const drop = () => { this.#places.delete(place) }
    return {
      drop,
      hold: (channel) => {
        place.channel = channel
        channel.once('close', drop)
        // The last command may have ended meanwhile.
        if (this.#requests.size === 0) channel.destroy()
      },
    }
  }
}
