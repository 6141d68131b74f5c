import type { SshConfig } from '../../openssh/config/ssh-config.ts'
import { TerminalModes, windowSize } from '../terminal/modes.ts'
import { suspendProcess } from '../terminal/suspend.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { type EscapeAction, EscapeFilter } from './escapes.ts'

/** The modes in which a terminal passes every byte unchanged, in both directions, as ssh sets them. */
const RAW = ['raw', '-echo', '-iexten', 'ignpar', '-inlcr', '-igncr', '-icrnl', '-ixon', '-ixany', '-ixoff', '-opost']

/** The terminal of stdin while a remote program uses it: raw, with escapes, following the window size. */
export class LocalTerminal {
  /** Performs an escape's action, and resolves when typing may continue. */
  onEscape: (action: EscapeAction) => Promise<void> | void = () => {}
  readonly #used: boolean
  readonly #terminal: Terminal
  readonly #modes = new TerminalModes(0)
  readonly #filter: EscapeFilter | undefined
  #nodeRaw = false
  readonly #leave = () => { this.leave() }
  readonly #killed = (signal: NodeJS.Signals) => {
    this.leave()
    process.kill(process.pid, signal)
  }

  constructor({ escapeChar }: SshConfig, terminal: Terminal, withTerminal: boolean) {
    this.#used = withTerminal && process.stdin.isTTY
    this.#terminal = terminal
    this.#filter = withTerminal && escapeChar !== undefined ? new EscapeFilter(escapeChar) : undefined
  }

  enter(): void {
    if (!this.#used) return
    if (!this.#modes.change(...RAW)) {
      process.stdin.setRawMode(true)
      this.#nodeRaw = true
    }
    this.#terminal.raw = true
    process.once('exit', this.#leave)
    for (const signal of ENDING) process.once(signal, this.#killed)
  }

  /** Restores the previous modes. Idempotent. */
  leave(): void {
    if (!this.#terminal.raw) return
    this.#modes.restore()
    if (this.#nodeRaw) process.stdin.setRawMode(false)
    this.#terminal.raw = false
    process.off('exit', this.#leave)
    for (const signal of ENDING) process.off(signal, this.#killed)
  }

  /** Stops this process, as Ctrl-Z does with others, until it is continued. */
  suspend(): void {
    this.leave()
    suspendProcess()
    this.enter()
    process.emit('SIGWINCH', 'SIGWINCH')
  }

  /** The part of a chunk for the server; escapes are performed on the way. */
  async *typed(chunk: Uint8Array): AsyncGenerator<Uint8Array, void> {
    if (!this.#filter) return yield chunk
    for (const part of this.#filter.feed(chunk)) {
      if (typeof part === 'string') await this.onEscape(part)
      else yield part
    }
  }

  /** @returns stops it */
  onResize(changed: (size: { readonly columns: number, readonly rows: number }) => void): () => void {
    if (!this.#used) return () => {}
    const tell = () => { changed(windowSize()) }
    process.on('SIGWINCH', tell)
    process.stdout.on('resize', tell)
    return () => {
      process.off('SIGWINCH', tell)
      process.stdout.off('resize', tell)
    }
  }
}

const ENDING = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const
