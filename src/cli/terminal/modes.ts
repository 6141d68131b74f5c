import { spawnSync } from 'node:child_process'
import { readSync } from 'node:fs'

/** The modes of a terminal, set with stty(1): Node's own raw mode changes line ends in the output, and cannot turn off only the echo. */
export class TerminalModes {
  readonly #descriptor: number
  #saved: string | undefined

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  /** Changes modes, and remembers the previous ones. @returns false if that is impossible */
  change(...modes: readonly string[]): boolean {
    this.#saved ??= this.#stty('-g')
    return this.#saved !== undefined && this.#stty(...modes) !== undefined
  }

  /**
   * Changes modes as tcsetattr(3) does with TCSAFLUSH, for which stty(1) has no word: what was typed before is discarded, and not shown.
   * @returns false if that is impossible
   */
  changeAndDiscard(...modes: readonly string[]): boolean {
    if (!this.change('-echo', '-icanon', 'min', '0', 'time', '0')) return false
    this.#discard()
    // In one step, so that nothing is echoed between two.
    return this.#stty(this.#saved!, ...modes) !== undefined
  }

  /** Restores the previous modes. Idempotent. */
  restore(): void {
    if (this.#saved !== undefined) this.#stty(this.#saved)
    this.#saved = undefined
  }

  /** Reads what is there. These modes make a read end at once. */
  #discard(): void {
    const typed = new Uint8Array(1024)
    try {
      while (readSync(this.#descriptor, typed) > 0) typed.fill(0)
    } catch {
      // Nothing is there (EAGAIN).
    }
    typed.fill(0)
  }

  #stty(...modes: readonly string[]): string | undefined {
    return stty(this.#descriptor, ...modes)
  }
}

/**
 * Calls stty(1) for the terminal of a descriptor, which is the child's descriptor 3: libuv makes 0 to 2 of a child block, and with them the stream that
 * reads the same terminal here. A read that another reader was faster at would then stop the whole program.
 */
function stty(descriptor: number, ...words: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('sh', ['-c', 'exec stty "$@" <&3', 'stty', ...words], { stdio: ['ignore', 'pipe', 'ignore', descriptor], encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** Columns and rows of the terminal of stdout, or of stdin. */
export function windowSize(): { readonly columns: number, readonly rows: number } {
  const { stdout } = process
  if (stdout.isTTY) return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
  const [rows, columns] = (stty(0, 'size') ?? '').split(' ').map(Number)
  return { columns: columns || 80, rows: rows || 24 }
}
