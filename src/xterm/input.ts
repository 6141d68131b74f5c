import type { IDisposable, Terminal } from '@xterm/xterm'
import type { Shell } from './shell.ts'

/** Most bytes of one write; what is pasted may be long, and the server's window is not. */
const PIECE = 32 << 10

/**
 * Sends what is typed and pasted (UTF-8), and what mice send in binary (each character one byte). Input waits in order
 * while the channel is full; nothing of it is lost, except when the shell has ended.
 */
export function sendInput(terminal: Terminal, shell: Shell): IDisposable {
  const writer = shell.stdin.getWriter()
  const encoder = new TextEncoder()
  // A shell that has ended takes no input; how it ended comes by another way.
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
