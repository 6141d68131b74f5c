import { readFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { freePort } from '../../support/port.ts'

/** The first port that the system gives to whoever asks for any. */
function firstGiven(): number {
  return process.platform === 'linux' ? Number(/^\d+/.exec(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'))) : 49_152
}

it('is none that a server or a connection gets by chance, and none twice', async () => {
  const ports = await Promise.all(Array.from({ length: 300 }, () => freePort()))
  expect(new Set(ports).size).toBe(300)
  expect(Math.max(...ports)).toBeLessThan(firstGiven())
})

it('is none on which somebody listens', async () => {
  const taken = createServer()
  // The next one, unless that is taken too.
  const wanted = await freePort() + 1
  await new Promise<void>((resolve, reject) => taken.once('error', reject).listen(wanted, '127.0.0.1', resolve))
  expect(await freePort()).not.toBe((taken.address() as AddressInfo).port)
  await new Promise((resolve) => taken.close(resolve))
})
