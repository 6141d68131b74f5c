/**
 * Loaded before a client with `--import limits-count.js?FILE`: counts its writes to sockets, which no one else sees, and writes the number into FILE. What the calls take is not timed.
 */
import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'

/** Calls that give something to the kernel, each with one chunk or many. */
let writes = 0

for (const name of ['_write', '_writev']) {
  const write = Reflect.get(Socket.prototype, name) as (...args: unknown[]) => void
  Reflect.set(Socket.prototype, name, function counting(this: Socket, ...args: unknown[]) {
    writes += 1
    write.apply(this, args)
  })
}
process.on('exit', () => writeFileSync(decodeURIComponent(new URL(import.meta.url).search.slice(1)), String(writes)))
