import { spawnSync } from 'node:child_process'

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

  /** Restores the previous modes. Idempotent. */
  restore(): void {
    if (this.#saved !== undefined) this.#stty(this.#saved)
    this.#saved = undefined
  }

  #stty(...modes: readonly string[]): string | undefined {
    const { status, stdout } = spawnSync('stty', modes, { stdio: [this.#descriptor, 'pipe', 'ignore'], encoding: 'utf8' })
    return status === 0 ? stdout.trim() : undefined
  }
}

/** Columns and rows of the terminal of stdout, or of stdin. */
export function windowSize(): { readonly columns: number, readonly rows: number } {
  const { stdout } = process
  if (stdout.isTTY) return { columns: stdout.columns || 80, rows: stdout.rows || 24 }
  const { stdout: text } = spawnSync('stty', ['size'], { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' })
  const [rows, columns] = (text ?? '').trim().split(' ').map(Number)
  return { columns: columns || 80, rows: rows || 24 }
}
