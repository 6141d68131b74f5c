'use strict'
const net = require('node:net')
const { once } = require('node:events')
const { createTunnel } = require('tunnel-ssh')
const { connection, run, tell } = require('./common.cjs')

run(async () => {
  const echo = net.createServer(socket => { socket.pipe(socket) }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const [server, client] = await createTunnel({ autoClose: true, reconnectOnError: false }, { host: '127.0.0.1', port: 0 }, connection, { srcAddr: '127.0.0.1', srcPort: 0, dstAddr: '127.0.0.1', dstPort: echo.address().port })
  const talk = async text => {
    const socket = net.connect(server.address().port, '127.0.0.1')
    socket.write(text)
    let got = ''
    for await (const data of socket) {
      got += data
      if (got.length === text.length) break
    }
    return got
  }
  const first = net.connect(server.address().port, '127.0.0.1')
  await once(first, 'connect')
  tell(await Promise.all([talk('one'), talk('two'), talk('x'.repeat(300_000)).then(text => text.length)]))
  const closed = once(client, 'close')
  first.end()
  first.resume()
  await closed
  tell('closed by itself')
  echo.close()
})
