/**
 * The measured process: `node limits-gcm.js [ADDON]` prints the CPU seconds per gigabyte of aes128-gcm@openssh.com for packets of 32 kB, as JSON: by `node:crypto`
 * through this library's own functions, or by the addon of npm ssh2 through its own binding, as its lib/protocol/crypto.js calls it.
 */
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { nodeCrypto } from '../../src/transports/host-crypto/node.ts'

export interface Found { readonly sealed: number, readonly opened: number }

interface Addon {
  AESGCMCipher: new (name: string, key: Uint8Array, iv: Uint8Array) => { encrypt(packet: Uint8Array): void }
  AESGCMDecipher: new (name: string, key: Uint8Array, iv: Uint8Array) => { decrypt(body: Uint8Array, length: number, tag: Uint8Array): void }
}

const LENGTH_FIELD = 4
const BODY = 32_768
const TAG = 16
/** Packets in memory: as much as a socket gives in a few reads. */
const PACKETS = 16
const TURNS = 250
/** The least counts, because other programs can only add to it. */
const ROUNDS = 7

const [key, iv] = [randomBytes(16), randomBytes(12)]
const packets = Array.from({ length: PACKETS }, () => {
  const whole = randomBytes(LENGTH_FIELD + BODY + TAG)
  whole.writeUInt32BE(BODY)
  return { whole, length: whole.subarray(0, LENGTH_FIELD), body: whole.subarray(LENGTH_FIELD, -TAG), tag: whole.subarray(-TAG) }
})

/** CPU seconds of all threads per gigabyte. @param before what is not measured */
function least(work: () => void, before?: () => void): number {
  return Math.min(...Array.from({ length: ROUNDS }, () => {
    let taken = 0
    for (let turn = 0; turn < TURNS; turn++) {
      before?.()
      const start = process.cpuUsage()
      work()
      const { user, system } = process.cpuUsage(start)
      taken += user + system
    }
    return taken * 1e3 / (TURNS * PACKETS * BODY)
  }))
}

function ofNode(): Found {
  const gcm = nodeCrypto.aesGcm(key)
  const seal = () => packets.map(({ length, body }) => gcm.sealed(iv, length, body))
  const ready = seal()
  return {
    sealed: least(seal),
    opened: least(() => {
      for (const [at, { length }] of packets.entries()) gcm.opened(iv, length, ...ready[at]!)
    }),
  }
}

/** It works in place and counts packets by itself: each packet is sealed before it is opened. */
function ofAddon(addon: Addon): Found {
  const seal = (cipher: InstanceType<Addon['AESGCMCipher']>) => () => {
    for (const { whole } of packets) cipher.encrypt(whole)
  }
  const decipher = new addon.AESGCMDecipher('aes-128-gcm', key, iv)
  return {
    sealed: least(seal(new addon.AESGCMCipher('aes-128-gcm', key, iv))),
    opened: least(() => {
      for (const { body, tag } of packets) decipher.decrypt(body, BODY, tag)
    }, seal(new addon.AESGCMCipher('aes-128-gcm', key, iv))),
  }
}

const [, , addon] = process.argv
console.log(JSON.stringify(addon === undefined ? ofNode() : ofAddon(createRequire(import.meta.url)(addon) as Addon)))
