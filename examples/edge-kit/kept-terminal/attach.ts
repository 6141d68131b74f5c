/// For the page: shows a kept shell in a terminal emulator, e.g. xterm.js.
import type { FromPage, ToPage } from './viewer.ts'

/** The part of xterm.js's `Terminal` that is used. */
export interface TerminalLike {
  readonly cols: number
  readonly rows: number
  write(data: Uint8Array, shown: () => void): void
  onData(listener: (data: string) => void): { dispose(): void }
  onResize(listener: (size: { cols: number, rows: number }) => void): { dispose(): void }
}

export interface AttachOptions {
  /** The Worker's API_TOKEN. Whoever has it can run anything: make pages get it from a login of yours. */
  readonly token: string
  /** Default: the platform's. */
  readonly openWebSocket?: (url: string, protocols: string[]) => WebSocket
}

/**
 * Resolves when the shell is over or out of reach: `ended` with its exit, `lost` if its SSH session ended, `disconnected` if only the WebSocket did. In the last case
 * the shell goes on: call this again with a terminal that was reset.
 * @param url `wss://WORKER/NAME/shell`
 */
export function attach(url: string, terminal: TerminalLike, { token, openWebSocket = (address, protocols) => new WebSocket(address, protocols) }: AttachOptions): Promise<ToPage | { readonly type: 'disconnected' }> {
  const address = new URL(url)
  address.searchParams.set('columns', String(terminal.cols))
  address.searchParams.set('rows', String(terminal.rows))
  const socket = openWebSocket(address.href, ['terminal', `token.${base64url(token)}`])
  socket.binaryType = 'arraybuffer'
  const say = (message: FromPage) => { if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message)) }
  let [received, shown, replayed] = [0, 0, 0]
  let end: ToPage | { readonly type: 'disconnected' } = { type: 'disconnected' }
  const listeners = [
    // What the emulator answers to old output is not typed again.
    terminal.onData((data) => { if (shown >= replayed && socket.readyState === socket.OPEN) socket.send(new TextEncoder().encode(data)) }),
    terminal.onResize(({ cols, rows }) => say({ columns: cols, rows })),
  ]
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => {
    if (typeof data !== 'string') {
      const until = received += data.byteLength
      return terminal.write(new Uint8Array(data), () => {
        shown = until
        say({ shown })
      })
    }
    const message = JSON.parse(data) as ToPage
    if (message.type !== 'attached') end = message
    else {
      replayed = message.replayed
      say({ columns: terminal.cols, rows: terminal.rows })
    }
  })
  return new Promise((resolve) => socket.addEventListener('close', () => {
    for (const listener of listeners) listener.dispose()
    resolve(end)
  }))
}

function base64url(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
