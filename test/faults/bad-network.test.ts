import { beforeAll, describe, expect, it } from 'vitest'
import type { Instance } from '../../src/index.ts'
import { exchange } from '../interop/exchange.ts'
import { startProxy } from '../support/proxy.ts'
import type { Shape } from '../support/proxy-link.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { throughProxy, warmInstance } from './through-proxy.ts'

/** Networks on which everything arrives in the end. */
const networks: [string, Shape][] = [
  ['one byte at a time', { chunkSize: 1 }],
  ['pieces of 1 to 100 bytes', { chunkSize: [1, 100] }],
  ['bursts of 9,000 bytes', { chunkSize: 9000, delayMs: 5 }],
  ['50 ms each way', { delayMs: 50 }],
  ['20 ms each way and up to 40 ms more by chance', { delayMs: 20, jitterMs: 40 }],
  ['100 kB a second', { bytesPerSecond: 100_000 }],
]

describe.runIf(requirePeer('sshd'))('a bad network that loses nothing', () => {
  const server = suiteServer(() => startSshd())
  let instance: Instance
  beforeAll(async () => {
    instance = await warmInstance(server())
  })

  for (const [name, shape] of networks) {
    it(name, async () => {
      expect(await throughProxy(server(), instance, { shape }, 60_000)).toMatchObject({ error: undefined, leaked: 0 })
    }, 90_000)
  }

  it('bandwidth that drops to nothing and comes back', async () => {
    await using proxy = await startProxy({ target: server() })
    const session = exchange({ ...server(), port: proxy.port }, { instance, bytes: 3_000_000 })
    const flicker = async () => {
      for (let times = 0; times < 5; times++) {
        proxy.reshape({ bytesPerSecond: 0 })
        await new Promise((resolve) => setTimeout(resolve, 100))
        proxy.reshape({})
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    }
    await Promise.all([session, flicker()])
  })
})
