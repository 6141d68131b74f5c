import { SerializeAddon } from '@xterm/addon-serialize'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { Terminal } from '@xterm/headless'

export interface KeeperEvents {
  titled(title: string): void
  bell(): void
  /** The terminal's own answer to a program's query; only used while no page answers. */
  answer(data: string): void
}

/** Bytes that may wait to be processed, before the server has to wait. */
const HIGH_WATER_MARK = 384 << 10
const SCROLLBACK = 5000

/** An invisible terminal that processes all output, so that a page that attaches can get the screen. */
export class ScreenKeeper {
  readonly terminal: Terminal
  readonly #serialize = new SerializeAddon()
  #pending = 0
  #idle: (() => void)[] = []
  #room: (() => void) | undefined

  constructor(events: KeeperEvents, columns = 80, rows = 24) {
    this.terminal = new Terminal({ cols: columns, rows, scrollback: SCROLLBACK, allowProposedApi: true })
    // The addons are typed for a terminal of a page and use nothing that this one lacks.
    for (const addon of [new UnicodeGraphemesAddon(), this.#serialize]) this.terminal.loadAddon(addon as unknown as Parameters<Terminal['loadAddon']>[0])
    this.terminal.onTitleChange((title) => events.titled(title))
    this.terminal.onBell(() => events.bell())
    this.terminal.onData((data) => events.answer(data))
  }

  write(data: Uint8Array | string): void {
    this.#pending += data.length
    this.terminal.write(data, () => {
      this.#pending -= data.length
      if (this.#pending <= HIGH_WATER_MARK / 4) this.#room?.()
      if (this.#pending === 0) for (const call of this.#idle.splice(0)) call()
    })
  }

  /** Resolves when it can process more. */
  async room(): Promise<void> {
    if (this.#pending <= HIGH_WATER_MARK) return
    await new Promise<void>((resolve) => { this.#room = resolve })
    this.#room = undefined
  }

  /** Calls `call` when all output has been processed: now, or directly after the last piece. */
  whenIdle(call: () => void): void {
    if (this.#pending === 0) call()
    else this.#idle.push(call)
  }

  /** Modes, colours, both buffers and the scrollback, as text that makes a terminal of the same size look the same. */
  snapshot(): string {
    return this.#serialize.serialize()
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows)
  }

  dispose(): void {
    this.terminal.dispose()
  }
}

