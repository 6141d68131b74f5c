import { ChannelFeed } from '../bindings/channel/feed.ts'
import type { Channel } from '../bindings/channel/channel.ts'

interface Write {
  readonly bytes: Uint8Array
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** The writes of a channel, in order. */
export class LiveWrites {
  readonly #waiting: Write[] = []
  readonly #feed: ChannelFeed
  /** What is being written. */
  #current: Write | undefined

  constructor(channel: Channel) {
    this.#feed = new ChannelFeed(channel, { next: () => this.#next(), failed: (error) => this.#reject(error) })
  }

  /** Resolves when the peer's window has taken all of it. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ bytes, resolve, reject })
      if (!this.#current) this.#feed.start()
    })
  }

  #next(): readonly Uint8Array[] | undefined {
    this.#current?.resolve()
    this.#current = this.#waiting.shift()
    return this.#current && [this.#current.bytes]
  }

  /** Nothing more is written. */
  end(reason: unknown): void {
    this.#feed.drop()
    this.#reject(reason)
  }

  #reject(reason: unknown): void {
    this.#current?.reject(reason)
    this.#current = undefined
    for (const { reject } of this.#waiting.splice(0)) reject(reason)
  }
}
