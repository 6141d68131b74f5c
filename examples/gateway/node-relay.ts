/// One connection of the gateway on Node: a WebSocket and a TCP socket, each stopped while the other one is full.
import { connect, type Socket } from 'node:net'
import type { RawData, WebSocket } from 'ws'
import { formatAddress, parseAddress } from './address.ts'
import { CloseCode, type GatewayLimits } from './admission.ts'
import { Joined } from './joined.ts'
import type { AllowList, Target } from './targets.ts'

export interface RelayContext {
  readonly allow: AllowList
  readonly limits: GatewayLimits
  readonly resolve: (name: string) => Promise<readonly string[]>
  /** Called once, when it is decided that the connection ends; with the bytes from the client and to it. */
  readonly ended: (reason: string, counts: { sent: number, received: number, since: number }) => void
  /** Called once, when both sockets are closed. */
  readonly closed: () => void
}

/** Milliseconds that either side has to take what is still on the way. */
const GRACE = 30_000

export function relay(webSocket: WebSocket, target: Target, { allow, limits, resolve, ended, closed }: RelayContext): void {
  const counts = { sent: 0, received: 0, since: Date.now() }
  const dialing = new AbortController()
  let tcp: Socket | undefined
  let over = false
  const toClient = new Joined((message) => webSocket.send(message, () => {
    if (tcp?.isPaused() && webSocket.bufferedAmount < limits.bufferBytes / 2) tcp.resume()
  }))
  // Nothing is taken from the client before there is somewhere to put it.
  webSocket.pause()

  const end = (reason: string, code: number) => {
    if (over) return
    over = true
    toClient.flush()
    clearTimeout(timer)
    dialing.abort()
    ended(reason, counts)
    // A paused WebSocket would not see the answer to its closing frame.
    webSocket.resume()
    webSocket.close(code, reason)
    tcp?.destroySoon()
    const grace = setTimeout(() => {
      webSocket.terminate()
      tcp?.destroy()
    }, GRACE)
    webSocket.once('close', () => clearTimeout(grace))
  }
  let timer = setTimeout(() => end('connect timeout', CloseCode.connectTimeout), limits.connectMs)

  webSocket.on('message', (data: RawData, isBinary) => {
    if (over || !tcp) return
    if (!isBinary) return end('text frame', CloseCode.textFrame)
    const chunk = data as Buffer
    counts.sent += chunk.length
    timer.refresh()
    if (!tcp.write(chunk)) webSocket.pause()
  })
  // ws has sent the close code that fits, and reads no more.
  webSocket.on('error', (error: Error & { code?: string }) => end(error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'frame too large' : 'broken frame', 1002))
  webSocket.on('close', (code) => {
    end('client closed', code)
    if (!tcp || tcp.closed) return closed()
    const grace = setTimeout(() => tcp?.destroy(), GRACE)
    tcp.once('close', () => {
      clearTimeout(grace)
      closed()
    })
  })

  const join = (socket: Socket) => {
    if (over) return void socket.destroy()
    tcp = socket
    clearTimeout(timer)
    timer = setTimeout(() => end('idle', CloseCode.idle), limits.idleMs)
    socket.setNoDelay(true)
    socket.on('drain', () => webSocket.resume())
    socket.on('data', (chunk) => {
      if (over) return
      counts.received += chunk.length
      timer.refresh()
      toClient.add(chunk as Buffer)
      if (webSocket.bufferedAmount + toClient.length > limits.bufferBytes) socket.pause()
    })
    // WebSockets have no half-closed state: the end of one direction is the end.
    socket.on('end', () => end('target closed', 1000))
    socket.on('error', () => end('target failed', CloseCode.unreachable))
    socket.on('close', () => end('target closed', 1000))
    webSocket.resume()
  }

  dial(target, allow, resolve, dialing.signal).then(join, (error: unknown) => {
    if (error instanceof NotAllowed) end('address not allowed', CloseCode.notAllowed)
    else end('target unreachable', CloseCode.unreachable)
  })
}

class NotAllowed extends Error {}

/** Resolves once and connects to what was checked: the name server is not asked again. */
async function dial({ host, port, address }: Target, allow: AllowList, resolve: RelayContext['resolve'], signal: AbortSignal): Promise<Socket> {
  const addresses = address ? [address] : (await resolve(host)).map((text) => parseAddress(text))
  const allowed = addresses.filter((candidate) => candidate !== undefined && allow.allowsAddress(candidate, port)) as Uint8Array[]
  if (addresses.length > 0 && allowed.length === 0) throw new NotAllowed()
  let failure: unknown = new Error('no address')
  for (const candidate of allowed) {
    signal.throwIfAborted()
    try {
      return await connectTo(formatAddress(candidate), port, signal)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function connectTo(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const onAbort = () => { socket.destroy(signal.reason as Error) }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
