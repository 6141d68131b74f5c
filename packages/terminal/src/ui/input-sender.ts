/** The most bytes of one message: pasted text may be long, and the server's window is limited. */
const PIECE = 32 << 10
/** Pieces in flight at once. */
const WIDTH = 4

/** Sends input in order, and waits while the server's window is full. None of it is lost, except when the shell has ended. */
export class InputSender {
  readonly #take: (data: Uint8Array) => Promise<void>
  readonly #queue: Uint8Array[] = []
  #underWay = 0

  constructor(take: (data: Uint8Array) => Promise<void>) {
    this.#take = take
  }

  send(data: Uint8Array): void {
    for (let at = 0; at < data.length; at += PIECE) this.#queue.push(data.slice(at, at + PIECE))
    this.#go()
  }

  #go(): void {
    while (this.#underWay < WIDTH && this.#queue.length > 0) {
      this.#underWay++
      const done = () => {
        this.#underWay--
        this.#go()
      }
      this.#take(this.#queue.shift() as Uint8Array).then(done, done)
    }
  }
}
