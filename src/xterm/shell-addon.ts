import type { IDisposable, ITerminalAddon, Terminal } from '@xterm/xterm'
import type { Exit } from '../bindings/channel/channel.ts'
import { record } from '../errors/arguments.ts'
import { showOutput } from './output.ts'
import { sendInput } from './input.ts'
import type { Shell } from './shell.ts'
import { followSize } from './size.ts'

export interface AttachOptions {
  /** The most bytes that xterm.js may hold without having shown them; above, the server waits. 384 KiB by default. */
  readonly highWaterMark?: number | undefined
}

const HIGH_WATER_MARK = 384 << 10

/**
 * An xterm.js addon that shows a shell: its output in one direction, keystrokes and the terminal's size in the other.
 * Output waits for the terminal and input for the server, so neither side fills memory. It shows one shell at a time; another one may follow.
 */
export class ShellAddon implements ITerminalAddon {
  #terminal: Terminal | undefined
  #attached: AbortController | undefined
  readonly #listeners = new Set<(exit: Exit) => void>()

  /** For xterm.js: `terminal.loadAddon(addon)` calls it. */
  activate(terminal: Terminal): void {
    this.#terminal = terminal
  }

  /**
   * Shows `shell` until it ends, and tells it the terminal's size. A previously attached shell is detached.
   * @returns how it ended, when all of its output has been shown; `undefined` if it was detached first.
   * @throws the error of the session, if that fails first; TypeError if the addon is in no terminal.
   */
  async attach(shell: Shell, options: AttachOptions = {}): Promise<Exit | undefined> {
    const { highWaterMark = HIGH_WATER_MARK } = record(options, 'options')
    const terminal = this.#terminal
    if (!terminal) throw new TypeError('the addon is not loaded: call terminal.loadAddon(addon) first')
    this.detach()
    const attached = this.#attached = new AbortController()
    const { signal } = attached
    const ways = [sendInput(terminal, shell), followSize(terminal, shell)]
    signal.addEventListener('abort', () => { for (const way of ways) way.dispose() }, { once: true })
    try {
      await Promise.all([shell.stdout, shell.stderr].map((stream) => stream && showOutput(stream, terminal, highWaterMark, signal)))
      const exit = signal.aborted ? undefined : await untilAborted(shell.exit, signal)
      if (exit) for (const listener of this.#listeners) listener(exit)
      return exit
    } finally {
      attached.abort()
      if (this.#attached === attached) this.#attached = undefined
    }
  }

  /** Releases the shell, which keeps running and can be attached again, here or elsewhere. Its output in the meantime is not lost. */
  detach(): void {
    this.#attached?.abort()
    this.#attached = undefined
  }

  /** Calls `listener` when an attached shell has ended and all of its output has been shown. */
  onExit(listener: (exit: Exit) => void): IDisposable {
    this.#listeners.add(listener)
    return { dispose: () => { this.#listeners.delete(listener) } }
  }

  /** Detaches and forgets the listeners. xterm.js calls it when the terminal is disposed of. */
  dispose(): void {
    this.detach()
    this.#listeners.clear()
    this.#terminal = undefined
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true })
    promise.then(resolve, reject)
  })
}
