/// A client that is put to sleep, as a process of its own: says `echo` for each answer, and what happens to its connection.
import { connectGateway } from '../../src/gateway/index.ts'
import { WebSocket } from 'ws'

const [url = '', port] = process.argv.slice(2)
const openWebSocket = (address: string, protocols: string[]) => new WebSocket(address, protocols) as unknown as globalThis.WebSocket
const transport = await connectGateway(url, { host: '127.0.0.1', port: Number(port), ticket: 'a token for tests only', openWebSocket })
for (const type of ['stalled', 'resumed', 'lost'] as const) transport.addEventListener(type, ({ reason }) => console.log(type, reason))
transport.port.start({ data: () => console.log('echo'), drained() {}, ended: () => process.exit(0) })
setInterval(() => transport.port.write(Uint8Array.of(65)), 100)
