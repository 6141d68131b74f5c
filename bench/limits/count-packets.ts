/**
 * Loaded before a client with `--import limits-count.js?FILE`: counts the small packets that it seals and opens with `node:crypto`, and its writes to sockets, and writes the numbers
 * into FILE as JSON. It makes the client slower, so a run with it is not timed.
 */
import crypto from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { ADJUSTMENT } from './packet-sizes.ts'

export interface Small {
  /** Packets of the size of a window adjustment. */
  adjustments: number
  /** Larger ones, which hold SFTP's requests or replies without data, and the bytes that are sealed in them. */
  messages: number
  messageBytes: number
}

export interface Counts {
  readonly sealed: Small
  readonly opened: Small
  /** Calls that give something to the kernel, each with one chunk or many. */
  writes: number
}

/** Beyond this, packets have data. */
const MOST = 4 << 10

const none = (): Small => ({ adjustments: 0, messages: 0, messageBytes: 0 })
const counts: Counts = { sealed: none(), opened: none(), writes: 0 }

function count(small: Small, { length }: Uint8Array): void {
  if (length === ADJUSTMENT) small.adjustments += 1
  else if (length > ADJUSTMENT && length < MOST) {
    small.messages += 1
    small.messageBytes += length
  }
}

function counted<A extends unknown[], C extends { update: (data: Uint8Array) => Uint8Array }>(small: Small, create: (...options: A) => C) {
  return (...options: A) => {
    const cipher = create(...options)
    const { update } = cipher
    cipher.update = (data) => {
      count(small, data)
      return update.call(cipher, data)
    }
    return cipher
  }
}

Object.assign(crypto, { createCipheriv: counted(counts.sealed, crypto.createCipheriv), createDecipheriv: counted(counts.opened, crypto.createDecipheriv) })
syncBuiltinESMExports()
for (const name of ['_write', '_writev']) {
  const write = Reflect.get(Socket.prototype, name) as (...args: unknown[]) => void
  Reflect.set(Socket.prototype, name, function counting(this: Socket, ...args: unknown[]) {
    counts.writes += 1
    write.apply(this, args)
  })
}
process.on('exit', () => writeFileSync(decodeURIComponent(new URL(import.meta.url).search.slice(1)), JSON.stringify(counts)))
