/** The most bytes of one message: pasted text may be long, and the server's window is limited. */
const PIECE = 32 << 10
/** Pieces in flight at once. */
const WIDTH = 4

/** Sends input in order, and waits while the server's window is full. None of it is lost, except when the shell has ended. */
export class InputSender {
  readonly #take: (data: Uint8Array, typed: boolean) => Promise<void>
  readonly #queue: { readonly data: Uint8Array, readonly typed: boolean }[] = []
  #underWay = 0

  /** @param take `typed`: by a person, not an answer of the terminal itself */
  constructor(take: (data: Uint8Array, typed: boolean) => Promise<void>) {
    this.#take = take
  }

  send(data: Uint8Array, typed: boolean): void {
    for (let at = 0; at < data.length; at += PIECE) this.#queue.push({ data: data.slice(at, at + PIECE), typed })
    this.#go()
  }

  #go(): void {
    while (this.#underWay < WIDTH && this.#queue.length > 0) {
      this.#underWay++
      const done = () => {
        this.#underWay--
        this.#go()
      }
      const { data, typed } = this.#queue.shift() as { data: Uint8Array, typed: boolean }
      this.#take(data, typed).then(done, done)
    }
  }
}
