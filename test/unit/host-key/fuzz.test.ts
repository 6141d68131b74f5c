import { afterAll, beforeAll, expect, test } from 'vitest'
import { HostKeyError, SSHError } from '../../../src/errors/ssh-error.ts'
import { fingerprint, randomart } from '../../../src/host-key/fingerprint.ts'
import { knownHosts } from '../../../src/host-key/known-hosts/known-hosts.ts'
import { KnownHostsFile } from '../../../src/host-key/known-hosts/file.ts'
import { pinned } from '../../../src/host-key/pinned.ts'
import { hashName } from '../../../src/host-key/known-hosts/hash-name.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { type Random, seededRandom } from '../../support/random.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { authorityKey, bare, blob, certify, KEY_TYPES } from './ssh-keygen.ts'

const ROUNDS = 1500
const directory = temporaryDirectory('host-key-fuzz')
afterAll(() => directory.remove())

let blobs: Uint8Array[], text: string
beforeAll(async () => {
  const certificates = await Promise.all(KEY_TYPES.map((type) => certify(directory, type, 'ecdsa', ['-h', '-n', 'h.example'])))
  const keys = await Promise.all(KEY_TYPES.map(async (type) => bare((await keyPair(type, 'host')).publicKey)))
  blobs = [...certificates, ...keys].map(blob)
  text = [...keys.map((key) => `h.example,!g.* ${key}`), `@cert-authority *.example ${bare((await authorityKey('ecdsa')).publicKey)}`, `${await hashName('h.example')} ${keys[0]}`, `@revoked * ${keys[1]}`, ''].join('\n')
})

/** Changes, removes, repeats or inserts at one to four places. */
function damage<T>(random: Random, original: readonly T[], any: () => T): T[] {
  const items = [...original]
  for (let times = 1 + random.below(4); times > 0; times--) {
    const at = random.below(items.length + 1)
    const action = random.below(5)
    if (action === 0) items[Math.min(at, items.length - 1)] = any()
    else if (action === 1) items.splice(at, 1 + random.below(8))
    else if (action === 2) items.splice(at, 0, ...items.slice(at, at + random.below(20)))
    else if (action === 3) items.length = at
    else items.splice(at, 0, any())
  }
  return items
}

test('damaged host keys from a server: only HostKeyError', async () => {
  const random = seededRandom(3)
  let refused = 0
  for (let i = 0; i < ROUNDS; i++) {
    const key = Uint8Array.from(damage(random, [...blobs[random.below(blobs.length)]!], () => random.below(256)))
    const info = { host: 'h.example', port: 22, key, algorithm: 'ssh-ed25519' }
    for (const policy of [knownHosts(text), pinned(`SHA256:${'A'.repeat(43)}`)]) {
      const error: unknown = await Promise.resolve(policy.verify(info)).then(() => undefined, (reason: unknown) => reason)
      if (error === undefined) continue
      expect(error).toBeInstanceOf(HostKeyError)
      refused++
    }
    for (const show of [fingerprint, randomart]) {
      const error: unknown = await show(key).then(() => undefined, (reason: unknown) => reason)
      if (error !== undefined) expect(error).toBeInstanceOf(SSHError)
    }
  }
  expect(refused).toBeGreaterThan(ROUNDS)
}, 60_000)

test('damaged known_hosts text: read, searched and written back as it was', async () => {
  const random = seededRandom(4)
  const letters = [...'\n\r\t #@|!*?,[]:=/+A1\u0000é\u{1f600}']
  let warnings = 0
  for (let i = 0; i < ROUNDS; i++) {
    const damaged = damage(random, [...text], () => letters[random.below(letters.length)]!).join('')
    const file = new KnownHostsFile(damaged, { onWarning: () => warnings++ })
    await file.find('h.example', 22)
    await file.find('h.example', 2222)
    expect(file.toString()).toBe(damaged === '' || damaged.endsWith('\n') ? damaged : `${damaged}\n`)
  }
  expect(warnings).toBeGreaterThan(ROUNDS / 4)
}, 60_000)

test('a large file of hashed names is searched in bearable time', async () => {
  const line = `${await hashName('other.example')} ${text.split('\n')[0]!.split(' ').slice(1).join(' ')}`
  const file = new KnownHostsFile(`${line}\n`.repeat(5000))
  const start = performance.now()
  expect(await file.find('h.example')).toEqual([])
  expect(performance.now() - start).toBeLessThan(15_000)
})
