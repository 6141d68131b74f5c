/** Real sockets whose reads bring one packet each, so that they rest; `test/unit/transports/read-buffer.test.ts` says when. */
import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { seededRandom } from '../support/random.ts'
import { within } from '../support/within.ts'
import type { Connection } from './connection.ts'
import { overDial } from './connections.ts'

const PACKET = 32 << 10
const COUNT = 400

let connection: Connection | undefined
afterEach(async () => { await connection?.stop() })

const turn = () => new Promise((resolve) => { setImmediate(resolve) })
const digest = () => createHash('sha256')

/** @param arrived is called in each read, with its number and the port. */
async function receivePackets(arrived: (port: NonNullable<Connection['transport']['port']>, read: number) => void) {
  const { transport, far } = connection = await overDial()
  const port = transport.port as NonNullable<typeof transport.port>
  const random = seededRandom(9)
  const sent = digest()
  const received = digest()
  let bytes = 0
  let reads = 0
  const ended = new Promise<unknown>((resolve) => {
    port.start({
      data: (chunk) => {
        received.update(chunk)
        bytes += chunk.length
        arrived(port, reads++)
      },
      drained() {}, ended: resolve,
    })
  })
  for (let count = 0; count < COUNT; count++) {
    const packet = random.bytes(PACKET)
    sent.update(packet)
    far.send(packet)
    await turn()
  }
  far.end()
  expect(await within(10_000, 'the end', ended)).toBeUndefined()
  expect(bytes).toBe(COUNT * PACKET)
  expect(received.digest('hex')).toBe(sent.digest('hex'))
  port.abort()
}

test('all packets of a transfer come in order, and the end after them', () => receivePackets(() => {}))

test('the same with pauses that begin in a read and end in it, in a later turn, or after a rest would', () => receivePackets((port, read) => {
  if (read % 5 > 0) return
  const resume = () => { port.resume() }
  port.pause()
  const ways = [resume, () => { queueMicrotask(resume) }, () => { process.nextTick(resume) }, () => { setImmediate(resume) }, () => { setTimeout(resume, 1) }, () => { setTimeout(resume, 3) }]
  ways[read / 5 % ways.length]?.()
}))
