import xterm, { type Terminal as HeadlessTerminal } from '@xterm/headless'
import type { Terminal } from '@xterm/xterm'
import { ShellAddon } from '../../src/xterm/index.ts'

/** The real emulator without a page, and what a person would see of it. */
export interface Screen {
  readonly terminal: HeadlessTerminal
  readonly addon: ShellAddon
  /** All lines, those that have scrolled away too. */
  text(): string
  /** Resolves when the text matches. The test's own time limit ends it. */
  shows(pattern: RegExp): Promise<void>
  type(text: string): void
}

export function openScreen(columns = 80, rows = 24): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 2000 })
  const addon = new ShellAddon()
  // The headless terminal lacks what needs a page, and the addon uses nothing of that.
  addon.activate(terminal as unknown as Terminal)
  const text = () => {
    const { active } = terminal.buffer
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '').join('\n').trimEnd()
  }
  const shows = (pattern: RegExp) => new Promise<void>((resolve) => {
    const look = () => {
      if (!pattern.test(text())) return
      parsed.dispose()
      resolve()
    }
    const parsed = terminal.onWriteParsed(look)
    look()
  })
  return { terminal, addon, text, shows, type: (typed) => terminal.input(typed) }
}
