/** The most bytes of one message: pasted text may be long, and the server's window is limited. */
const PIECE = 32 << 10
/** Pieces in flight at once. */
const WIDTH = 4

interface Piece {
  readonly data: Uint8Array
  readonly typed: boolean
}

/** A place in the order of input, for text that is not known yet, with what was typed after it. */
export type Place = Piece[]

/** Sends input in order, and waits while the server's window is full. None of it is lost, except when the shell has ended. */
export class InputSender {
  readonly #take: (data: Uint8Array, typed: boolean) => Promise<void>
  readonly #queue: Piece[] = []
  readonly #places: Place[] = []
  /** Where input goes while a place is filled. */
  #filled: Piece[] | undefined
  #underWay = 0

  /** @param take `typed`: by a person, not an answer of the terminal itself */
  constructor(take: (data: Uint8Array, typed: boolean) => Promise<void>) {
    this.#take = take
  }

  send(data: Uint8Array, typed: boolean): void {
    // A program waits for the terminal's own answers, whatever the person waits for.
    const into = this.#filled ?? (typed ? this.#places.at(-1) : undefined) ?? this.#queue
    for (let at = 0; at < data.length; at += PIECE) into.push({ data: data.slice(at, at + PIECE), typed })
    this.#go()
  }

  /** Keeps a place: what is typed from now on waits until it is released. */
  reserve(): Place {
    const place: Place = []
    this.#places.push(place)
    return place
  }

  /** What `fill` sends comes to the place that was kept; to the end, if it was released before. */
  release(place: Place, fill: () => void = () => {}): void {
    const at = this.#places.indexOf(place)
    if (at < 0) return fill()
    this.#filled = this.#places[at - 1] ?? this.#queue
    fill()
    this.#filled.push(...place)
    this.#filled = undefined
    this.#places.splice(at, 1)
    this.#go()
  }

  /** The shell has ended: what is left of its input is not for the next one. */
  forget(): void {
    for (const pieces of [this.#queue, ...this.#places]) pieces.length = 0
  }

  #go(): void {
    while (this.#underWay < WIDTH && this.#queue.length > 0) {
      this.#underWay++
      const done = () => {
        this.#underWay--
        this.#go()
      }
      const { data, typed } = this.#queue.shift() as Piece
      this.#take(data, typed).then(done, done)
    }
  }
}
