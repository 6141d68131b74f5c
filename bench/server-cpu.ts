/** The CPU time of the SSH server: its own, and that of ended sessions. Linux only: elsewhere there is no figure. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Per second: the unit of times in /proc/PID/stat on every current Linux. */
const TICKS = 100
/** Milliseconds that sessions have to end when their client has gone. */
const GRACE = 2_000
const LISTEN = '0A'

export class ServerCpu {
  readonly #pid: number | undefined

  /** @param port where it listens on 127.0.0.1 */
  constructor(port: number) {
    this.#pid = listenerOf(port)
  }

  /** What `run` returns, and the server's CPU seconds meanwhile; `undefined` if unknown. */
  async during<T>(run: () => Promise<T>): Promise<[result: T, seconds: number | undefined]> {
    const before = await this.#seconds()
    const result = await run()
    const after = await this.#seconds()
    return [result, before === undefined || after === undefined ? undefined : after - before]
  }

  /** CPU seconds so far, when no session is left; `undefined` if unknown. */
  async #seconds(): Promise<number | undefined> {
    if (this.#pid === undefined) return undefined
    try {
      const children = `/proc/${this.#pid}/task/${this.#pid}/children`
      for (const end = performance.now() + GRACE; readFileSync(children, 'utf8').trim() !== '' && performance.now() < end;) await new Promise((resolve) => { setTimeout(resolve, 5) })
      // After the name, which may contain spaces: utime, stime, and those of waited-for children, are fields 14 to 17.
      const fields = readFileSync(`/proc/${this.#pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
    } catch {
      return undefined
    }
  }
}

/** The process with the listening socket of the port. */
function listenerOf(port: number): number | undefined {
  try {
    const sockets = readFileSync('/proc/net/tcp', 'utf8').split('\n').map((line) => line.trim().split(/\s+/))
    const inode = sockets.find(([, local, , state]) => state === LISTEN && local?.endsWith(`:${port.toString(16).toUpperCase().padStart(4, '0')}`))?.[9]
    if (inode === undefined) return undefined
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).find((pid) => holds(pid, `socket:[${inode}]`))
  } catch {
    return undefined
  }
}

function holds(pid: number, socket: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === socket)
  } catch {
    return false
  }
}
