/** Most bytes of one message; what is pasted may be long, and the server's window is not. */
const PIECE = 32 << 10
/** Pieces on their way at once. */
const WIDTH = 4

/** Sends what is typed, in order, and waits where the server's window is full. Nothing of it is lost, except when the shell has ended. */
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
