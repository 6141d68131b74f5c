import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connect, Instance, pinned, publicKey } from '../../src/index.ts'
import { startSshd } from '../support/sshd.ts'

/** Kilobytes that are resident of each mapping of memory, by its first address. */
function resident(): Map<string, { size: number, kB: number }> {
  const all = new Map<string, { size: number, kB: number }>()
  let last = { size: 0, kB: 0 }
  for (const line of readFileSync('/proc/self/smaps', 'utf8').split('\n')) {
    const [, from, to] = /^([\da-f]+)-([\da-f]+) rw/.exec(line) ?? []
    if (from && to) all.set(from, last = { size: parseInt(to, 16) - parseInt(from, 16), kB: 0 })
    else if (/^[\da-f]+-/.test(line)) last = { size: 0, kB: 0 }
    else if (line.startsWith('Rss:')) last.kB = Number(/\d+/.exec(line)![0])
  }
  return all
}

test('an idle instance keeps no memory for the part of its stack that was never used, although all of it has been wiped', async ({ skip }) => {
  if (process.platform !== 'linux') return skip('only Linux says which pages of a process are resident')
  await using sshd = await startSshd({ hostKeyTypes: ['ed25519'] })
  const before = resident()
  const instances = await Promise.all(Array.from({ length: 4 }, () => Instance.create()))
  const clients = await Promise.all(instances.map((instance) => connect({
    host: sshd.host, port: sshd.port, username: sshd.user, hostKey: pinned(sshd.hostKeys[0]!.fingerprint), auth: [publicKey(sshd.keys.ed25519.privateKey)], instance,
  })))
  const size = instances[0]!.heap.size
  const found = [...resident()].filter(([address, mapping]) => mapping.size === size && !before.has(address)).map(([, { kB }]) => kB)
  await Promise.all(clients.map((client) => client.close()))
  expect(found).toHaveLength(instances.length)
  // The data of C and the heap of a session take 150 kB, the whole stack 128 more.
  for (const kB of found) expect(kB).toBeLessThan(220)
})
