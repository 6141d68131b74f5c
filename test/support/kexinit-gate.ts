import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A proxy for one connection on 127.0.0.1 that holds back everything after the client's SSH_MSG_KEXINIT until it is released. */
export interface KexinitGate extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  open(): void
}

export async function startKexinitGate(target: { readonly host: string; readonly port: number }): Promise<KexinitGate> {
  const sockets: Socket[] = []
  let held = Buffer.alloc(0)
  let passed = 0
  let opened = false
  const pass = () => {
    const upstream = sockets[1]
    const end = opened ? held.length : kexinitEnd(held)
    if (end <= passed) return
    upstream?.write(held.subarray(passed, end))
    passed = end
  }
  const server = createServer((client) => {
    const upstream = connect(target)
    sockets.push(client, upstream)
    for (const socket of sockets) socket.on('error', () => {}).on('close', () => sockets.forEach((other) => other.destroy()))
    upstream.pipe(client)
    client.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk])
      pass()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    open: () => {
      opened = true
      pass()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** How many bytes identification line and first packet (RFC 4253 sections 4.2 and 6) have; 0 while they are not complete. */
function kexinitEnd(bytes: Buffer): number {
  const line = bytes.indexOf('\n') + 1
  if (line === 0 || bytes.length < line + 4) return 0
  const end = line + 4 + bytes.readUInt32BE(line)
  return bytes.length < end ? 0 : end
}
