import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { requirePeer } from '../../support/require-peer.ts'
import { startWebsockify } from '../../support/websockify.ts'

it.runIf(requirePeer('websockify'))('websockify carries bytes both ways', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  {
    await using gateway = await startWebsockify({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port })
    const socket = new WebSocket(gateway.url, 'binary')
    await once(socket, 'open')
    socket.send(Buffer.from('hello'))
    const [data, binary] = (await once(socket, 'message')) as [Buffer, boolean]
    expect([data.toString(), binary]).toEqual(['hello', true])
    socket.close(1000)
    await once(socket, 'close')
  }
  echo.close()
})
