/**
 * The measured process: `node limits-gcm.js [ADDON]` prints as JSON what aes128-gcm@openssh.com takes for packets of data, of 32 kB: by `node:crypto` this library's own
 * functions, or by the addon of npm ssh2 through its own binding, as its lib/protocol/crypto.js calls it.
 */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'
import { BODY, LENGTH_FIELD, TAG } from './packet-sizes.ts'

/** CPU seconds per gigabyte. */
export interface CipherCosts { readonly sealed: number, readonly opened: number }

interface Addon {
  AESGCMCipher: new (name: string, key: Uint8Array, iv: Uint8Array) => { encrypt(packet: Uint8Array): void }
  AESGCMDecipher: new (name: string, key: Uint8Array, iv: Uint8Array) => { decrypt(body: Uint8Array, length: number, tag: Uint8Array): void }
}

type Packets = ReturnType<typeof packetsOf>

/** The least counts, because other programs can only add to it. */
const ROUNDS = 7

const [key, iv] = [randomBytes(16), randomBytes(12)]

const packetsOf = (count: number) => Array.from({ length: count }, () => {
  const whole = randomBytes(LENGTH_FIELD + BODY + TAG)
  whole.writeUInt32BE(BODY)
  return { whole, length: whole.subarray(0, LENGTH_FIELD), body: whole.subarray(LENGTH_FIELD, -TAG), tag: whole.subarray(-TAG) }
})

/** CPU microseconds of all threads. @param before what is not measured */
function least(turns: number, work: () => void, before?: () => void): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => {
    let taken = 0
    for (let turn = 0; turn < turns; turn++) {
      before?.()
      const start = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(start)
      taken += user + system
    }
    return taken / turns
  }))
}

function ofNode(packets: Packets, turns: number): CipherCosts {
  const gcm = nodeCrypto.aesGcm(key)
  const seal = () => packets.map(({ length, body }) => gcm.sealed(iv, length, body))
  const ready = seal()
  return {
    sealed: least(turns, seal),
    opened: least(turns, () => {
      for (const [at, { length }] of packets.entries()) gcm.opened(iv, length, ...ready[at]!)
    }),
  }
}

/** It works in place and counts packets by itself: each packet is sealed before it is opened. */
function ofAddon(addon: Addon, packets: Packets, turns: number): CipherCosts {
  const seal = (cipher: InstanceType<Addon['AESGCMCipher']>) => () => {
    for (const { whole } of packets) cipher.encrypt(whole)
  }
  const decipher = new addon.AESGCMDecipher('aes-128-gcm', key, iv)
  return {
    sealed: least(turns, seal(new addon.AESGCMCipher('aes-128-gcm', key, iv))),
    opened: least(turns, () => {
      for (const { body, tag } of packets) decipher.decrypt(body, body.length, tag)
    }, seal(new addon.AESGCMCipher('aes-128-gcm', key, iv))),
  }
}

const [, , addon] = process.argv
const found = addon === undefined ? ofNode : ofAddon.bind(undefined, createRequire(import.meta.url)(addon) as Addon)

/** Packets: as much in memory as a socket gives in a few reads. */
const COUNT = 16
const { sealed, opened } = found(packetsOf(COUNT), 250)
const perGigabyte = (microseconds: number) => microseconds * 1e3 / (COUNT * BODY)
const costs: CipherCosts = { sealed: perGigabyte(sealed), opened: perGigabyte(opened) }
console.log(JSON.stringify(costs))
