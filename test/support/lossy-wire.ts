import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** What happens to IP packets, in both directions; chances are from 0 to 1. */
export interface WireShape {
  readonly delayMs?: number
  /** Up to so much more, at random: later packets overtake. */
  readonly jitterMs?: number
  readonly loss?: number
  readonly duplicate?: number
  /** Chance of another 20 ms. */
  readonly reorder?: number
  readonly bytesPerSecond?: number
  /** Nothing gets through, and nobody is told: a half-open connection. */
  readonly cut?: boolean
}

export interface WireCounts {
  readonly packets: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
}

/** A proxy on 127.0.0.1 whose bytes travel as packets of real TCP through a wire that mistreats them. Owner: the caller. */
export interface LossyWire extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  shape(shape: WireShape): void
  /** Ends it, and returns what got through. */
  stop(): Promise<WireCounts>
}

const script = fileURLToPath(new URL('./peers/lossy-wire.py', import.meta.url))

/** Root and /dev/net/tun: requirePeer('lossy-wire'). */
export async function startLossyWire(target: { readonly port: number }): Promise<LossyWire> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '/usr/bin/python3', script, String(target.port)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const said = async (word: string): Promise<string> => {
    const { value, done } = await lines.next()
    if (done === true || !value.startsWith(word)) throw new Error(`the wire ended, or said ${String(value)}`)
    return value.slice(word.length)
  }
  const port = Number(await said('listening on '))
  let stopped: Promise<WireCounts> | undefined
  const stop = () =>
    (stopped ??= (async () => {
      const ended = once(child, 'exit')
      child.stdin.end()
      const counts = JSON.parse(await said('counts ')) as WireCounts
      await ended
      return counts
    })())
  return {
    host: '127.0.0.1',
    port,
    shape: (shape) => void child.stdin.write(`${JSON.stringify(shape)}\n`),
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
    },
  }
}
