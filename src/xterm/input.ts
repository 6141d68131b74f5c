import type { IDisposable, Terminal } from '@xterm/xterm'
import type { Shell } from './shell.ts'

/** The most bytes of one write: pasted text may be long, and the server's window is limited. */
const PIECE = 32 << 10

/**
 * Sends typed and pasted text (UTF-8), and binary mouse reports (each character one byte). Input waits in order
 * while the channel is full; none of it is lost, except when the shell has ended.
 */
export function sendInput(terminal: Terminal, shell: Shell): IDisposable {
  const writer = shell.stdin.getWriter()
  const encoder = new TextEncoder()
  // A shell that has ended takes no input; its exit status is reported elsewhere.
  writer.closed.catch(ignore)
  const send = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += PIECE) writer.write(bytes.subarray(at, at + PIECE)).catch(ignore)
  }
  const ways = [
    terminal.onData((text) => send(encoder.encode(text))),
    terminal.onBinary((text) => send(Uint8Array.from(text, (character) => character.charCodeAt(0)))),
  ]
  return {
    dispose() {
      for (const way of ways) way.dispose()
      writer.releaseLock()
    },
  }
}

function ignore(): void {}
