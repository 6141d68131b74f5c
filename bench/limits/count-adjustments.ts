/**
 * Loaded before a client with `--import limits-count.js?FILE`: counts the packets of the size of a window adjustment that it seals and opens with `node:crypto`, and writes
 * both numbers into FILE as JSON. It makes the client slower, so a run with it is not timed.
 */
import crypto from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Found } from './gcm-client.ts'
import { ADJUSTMENT } from './packet-sizes.ts'

const counts: { -readonly [kind in keyof Found]: number } = { sealed: 0, opened: 0 }

function counted<A extends unknown[], C extends { update: (data: Uint8Array) => Uint8Array }>(kind: keyof Found, create: (...options: A) => C) {
  return (...options: A) => {
    const cipher = create(...options)
    const { update } = cipher
    cipher.update = (data) => {
      if (data.length === ADJUSTMENT) counts[kind] += 1
      return update.call(cipher, data)
    }
    return cipher
  }
}

Object.assign(crypto, { createCipheriv: counted('sealed', crypto.createCipheriv), createDecipheriv: counted('opened', crypto.createDecipheriv) })
syncBuiltinESMExports()
process.on('exit', () => writeFileSync(decodeURIComponent(new URL(import.meta.url).search.slice(1)), JSON.stringify(counts)))
