/// What the gateway's process spends on a transfer with frames, against one without: in pairs, each of the two first in every other pair, after both are warm.
import { readdirSync, readFileSync } from 'node:fs'
import { open } from './client.ts'
import { tcpTarget } from './rig.ts'

/** A unit of the target's data. */
const BLOCK = 1 << 20

export interface Cost {
  readonly gateway: number
  readonly others: number
}

export interface Pairs {
  /** Of each pair, framed against plain. */
  readonly ratios: readonly number[]
  /** Medians, in milliseconds: of the gateway, and of this process, which is client and target. */
  readonly framed: Cost
  readonly plain: Cost
}

/** Milliseconds of CPU time that all threads of a process have had, to the nanosecond: `/proc/PID/stat` counts hundredths of a second. */
function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  return threads.reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e6
}

/** Says a block for each byte that it hears, and ends after `size` bytes. */
const sayer = (size: number) => tcpTarget((socket) => {
  const block = Buffer.alloc(BLOCK, 'block')
  let [asked, left] = [0, size]
  const more = () => {
    for (; asked > 0 && left > 0 && !socket.writableNeedDrain; asked--, left -= BLOCK) socket.write(block)
    if (left === 0) socket.end()
  }
  socket.on('drain', more)
  socket.on('data', ({ length }) => {
    asked += length
    more()
  })
})

/** The value below which that share of them lies. */
export function value(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] as number
}

/**
 * @param gateway starts it, with that target allowed
 * @param size bytes of one transfer, a multiple of a MiB
 * @param ahead blocks that the client asks for ahead; `Infinity` for all at once
 */
export async function measureCost(gateway: (port: number) => Promise<{ readonly pid: number, readonly url: string }>, { size, pairs, ahead }: { readonly size: number, readonly pairs: number, readonly ahead: number }): Promise<Pairs> {
  await using target = await sayer(size)
  const { pid, url } = await gateway(target.port)
  const take = async (protocol: 'auto' | 'plain'): Promise<Cost> => {
    const { transport } = await open(url, target.port, { protocol })
    const [before, own] = [cpuOf(pid), process.cpuUsage()]
    let [got, asked] = [0, 0]
    const ask = () => {
      const due = Math.min(size, got + ahead * BLOCK - got % BLOCK) / BLOCK - asked
      if (due <= 0) return
      asked += due
      transport.port.write(new Uint8Array(due))
    }
    const error = await new Promise<unknown>((resolve) => {
      transport.port.start({
        data: ({ length }) => {
          got += length
          ask()
        },
        drained() {},
        ended: resolve,
      })
      ask()
    })
    if (error !== undefined || got !== size) throw new Error(`${got} of ${size} bytes arrived`, { cause: error })
    const { user, system } = process.cpuUsage(own)
    return { gateway: cpuOf(pid) - before, others: (user + system) / 1000 }
  }
  const pair = async (number: number) => {
    const first = await take(number % 2 === 0 ? 'plain' : 'auto')
    const second = await take(number % 2 === 0 ? 'auto' : 'plain')
    return number % 2 === 0 ? { plain: first, framed: second } : { plain: second, framed: first }
  }
  const results: Awaited<ReturnType<typeof pair>>[] = []
  // The first transfers are compiled while they run.
  for (let number = -2; number < pairs; number++) {
    const result = await pair(number + 2)
    if (number >= 0) results.push(result)
  }
  const medians = (costs: readonly Cost[]): Cost => ({ gateway: value(costs.map(({ gateway }) => gateway), 0.5), others: value(costs.map(({ others }) => others), 0.5) })
  return {
    ratios: results.map(({ framed, plain }) => framed.gateway / plain.gateway),
    framed: medians(results.map(({ framed }) => framed)),
    plain: medians(results.map(({ plain }) => plain)),
  }
}
