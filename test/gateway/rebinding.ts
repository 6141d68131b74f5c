/// Run by rebinding.test.ts in namespaces of its own, where 127.0.0.1 is the only name server and 8.8.8.8 an address of the loopback device.
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { rawClient, tcpTarget, testGateway } from './rig.ts'

const PUBLIC = '8.8.8.8'
const LOOPBACK = '127.0.0.1'
const [A, AAAA] = [1, 28]

/** What the name server says next for addresses of version 4: one list for each question, the last one for ever. */
let answers: string[][] = []
let asked = 0

/** RFC 1035 section 4: the question back, and addresses that nobody may keep (TTL 0). */
function answer(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5
  const question = query.subarray(12, end)
  const addresses = question.readUInt16BE(question.length - 4) === A ? (asked++, (answers.length > 1 ? answers.shift() : answers[0]) ?? []) : []
  const header = Buffer.from([query[0]!, query[1]!, 0x85, 0x80, 0, 1, 0, addresses.length, 0, 0, 0, 0])
  return Buffer.concat([header, question, ...addresses.map((address) => Buffer.from([0xc0, 12, 0, A, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]))])
}

const server = createSocket('udp4')
server.on('message', (query, { port, address }) => {
  const type = query.readUInt16BE(query.indexOf(0, 12) + 1)
  if (type === A || type === AAAA) server.send(answer(query), port, address)
})
server.bind(53, LOOPBACK)
await once(server, 'listening')

/** Questions for addresses while `work` runs, and what came of it. */
async function counted<T>(next: string[][], work: () => Promise<T>): Promise<{ asked: number; result: T }> {
  answers = next
  asked = 0
  const result = await work()
  return { asked, result }
}

const outside = await tcpTarget((socket) => socket.write('outside'), { host: PUBLIC })
const inside = await tcpTarget((socket) => socket.write('inside'), { host: LOOPBACK, port: outside.port })
const gateway = await testGateway({ allow: [`rebind.test:${outside.port}`] })
const path = `/tcp/rebind.test/${outside.port}`

async function firstBytes(): Promise<string> {
  const { socket, ended } = rawClient(gateway, path)
  const said = once(socket, 'message').then(([data]) => String(data))
  const result = await Promise.race([said, ended.then((ending) => JSON.stringify(ending))])
  socket.terminate()
  return result
}

const control = await counted([[PUBLIC], [LOOPBACK]], async () => [(await lookup('rebind.test')).address, (await lookup('rebind.test')).address])
const first = await counted([[PUBLIC], [LOOPBACK]], firstBytes)
const second = await counted([[LOOPBACK]], firstBytes)
const both = await counted([[LOOPBACK, PUBLIC]], firstBytes)
console.log(JSON.stringify({ control, first, second, both, inside: inside.sockets.length }))
process.exit(0)
