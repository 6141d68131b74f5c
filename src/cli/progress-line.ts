/** How far a transfer is, on one line of stderr: rewritten in a terminal, printed once at the end elsewhere. */
export class ProgressLine {
  readonly #name: string
  readonly #shown: boolean
  readonly #start = performance.now()
  #last = 0

  constructor(name: string, shown: boolean) {
    this.#name = name
    this.#shown = shown
  }

  show(bytes: number, total?: number): void {
    const now = performance.now()
    if (!this.#shown || !process.stderr.isTTY || now - this.#last < 100) return
    this.#last = now
    process.stderr.write(`\r${this.#text(bytes, total)}`)
  }

  end({ transferred }: { readonly transferred: number }): void {
    if (!this.#shown) return
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${this.#text(transferred, transferred)}\n`)
  }

  #text(bytes: number, total: number | undefined): string {
    const share = total ? Math.min(bytes / total, 1) : 1
    const bar = '#'.repeat(Math.round(share * 24)).padEnd(24, '.')
    const rate = bytes / 1e6 / Math.max((performance.now() - this.#start) / 1000, 1e-3)
    return `${this.#name.slice(-30).padEnd(30)} [${bar}] ${String(Math.round(share * 100)).padStart(3)} % ${(bytes / 1e6).toFixed(1).padStart(8)} MB ${rate.toFixed(1).padStart(7)} MB/s`
  }
}
