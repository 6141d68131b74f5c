import type { IDisposable, Terminal } from '@xterm/xterm'
import type { Shell } from './shell.ts'

/** Tells the shell the terminal's size, now and after each change: while one message is in flight, only the newest size waits. */
export function followSize(terminal: Terminal, shell: Shell): IDisposable {
  let busy = false
  let told = ''
  const tell = async () => {
    if (busy) return
    busy = true
    try {
      for (let size = sizeOf(terminal); size !== told; size = sizeOf(terminal)) {
        told = size
        await shell.resize(terminal.cols, terminal.rows)
      }
    } catch {
      // The shell or its session has ended, which the output shows.
    } finally {
      busy = false
    }
  }
  void tell()
  return terminal.onResize(() => { void tell() })
}

function sizeOf({ cols, rows }: Terminal): string {
  return `${cols}x${rows}`
}
