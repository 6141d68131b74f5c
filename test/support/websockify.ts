import { freePort } from './port.ts'
import { startPeer } from './process.ts'
import { withPortRetry } from './ssh-server.ts'

/** Debian's websockify in front of a TCP server: the WebSocket gateway that people have. requirePeer('websockify'). */
export interface Websockify extends AsyncDisposable {
  readonly url: string
  log(): string
  stop(): Promise<void>
}

export function startWebsockify(target: { readonly host: string; readonly port: number }): Promise<Websockify> {
  return withPortRetry(async () => {
    const port = await freePort()
    const peer = await startPeer('/usr/bin/websockify', ['-v', `127.0.0.1:${port}`, `${target.host}:${target.port}`])
    try {
      await peer.logged(/proxying from/)
    } catch (error) {
      await peer.kill()
      throw error
    }
    return { url: `ws://127.0.0.1:${port}/`, log: peer.log, stop: peer.stop, [Symbol.asyncDispose]: peer.stop }
  })
}
