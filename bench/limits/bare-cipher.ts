/** aes128-gcm@openssh.com by `node:crypto`, an object for each packet. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Direction } from './bare-login.ts'
import { increase } from './bare-packets.ts'
import { LENGTH_FIELD, TAG } from './packet-sizes.ts'

const NAME = 'aes-128-gcm'
const OPTIONS = { authTagLength: TAG }

/** The parts of a sealed packet: its length, which is the packet's own memory, the rest, and the tag. */
export function sealer({ key, nonce }: Direction): (packet: Uint8Array) => readonly Uint8Array[] {
  return (packet) => {
    const cipher = createCipheriv(NAME, key, nonce, OPTIONS)
    const length = packet.subarray(0, LENGTH_FIELD)
    cipher.setAAD(length)
    const text = cipher.update(packet.subarray(LENGTH_FIELD))
    cipher.final()
    increase(nonce)
    return [length, text, cipher.getAuthTag()]
  }
}

/** @returns length of padding, payload, padding. @throws Error for a wrong tag */
export function opener({ key, nonce }: Direction): (packet: Uint8Array) => Uint8Array {
  return (packet) => {
    const cipher = createDecipheriv(NAME, key, nonce, OPTIONS)
    cipher.setAAD(packet.subarray(0, LENGTH_FIELD))
    cipher.setAuthTag(packet.subarray(-TAG))
    const plain = cipher.update(packet.subarray(LENGTH_FIELD, -TAG))
    cipher.final()
    increase(nonce)
    return plain
  }
}
