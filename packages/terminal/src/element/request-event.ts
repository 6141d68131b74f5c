/** A question that the page may answer in place of the element: `event.respondWith(promise)`. */
export class SshRequestEvent<Detail, Answer> extends CustomEvent<Detail> {
  #answer: Promise<Answer> | undefined

  constructor(type: string, detail: Detail) {
    super(type, { bubbles: true, composed: true, cancelable: true, detail })
  }

  /** Answers the question; the element then asks nobody. `null`: no answer. Call it while the event is being dispatched. */
  respondWith(answer: Answer | Promise<Answer>): void {
    this.#answer = Promise.resolve(answer)
    this.preventDefault()
  }

  /** @internal */
  get answer(): Promise<Answer> | undefined {
    return this.#answer
  }
}
