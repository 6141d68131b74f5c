/** One line that shows the progress of a transfer: rewritten in a terminal, printed once at the end elsewhere. */
export class Progress {
  readonly #label: string
  readonly #total: number
  readonly #start = performance.now()

  constructor(label: string, total: number) {
    this.#label = label
    this.#total = total
  }

  at(bytes: number): void {
    const share = Math.min(bytes / this.#total, 1)
    if (!process.stdout.isTTY && share < 1) return
    const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.')
    const rate = bytes / 1e6 / ((performance.now() - this.#start) / 1000)
    process.stdout.write(`${process.stdout.isTTY ? '\r' : ''}${this.#label} [${bar}] ${String(Math.round(share * 100)).padStart(3)} % ${rate.toFixed(0).padStart(4)} MB/s${share === 1 ? '\n' : ''}`)
  }
}
