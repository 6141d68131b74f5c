'use strict'
const net = require('node:net')
const { once } = require('node:events')
const { createSshConnection } = require('ssh-remote-port-forward')
const { connection, run, tell } = require('./common.cjs')

// What testcontainers does: a port of the server that leads here, while the connection does not keep the process alive.
run(async () => {
  const echo = net.createServer(socket => { socket.pipe(socket) }).listen(0, '127.0.0.1')
  const probe = net.createServer().listen(0, '127.0.0.1')
  await Promise.all([once(echo, 'listening'), once(probe, 'listening')])
  const { port } = probe.address()
  await new Promise(resolve => { probe.close(resolve) })
  // Server and client are one machine: what the package connects to here would be the server's own port.
  const { connect } = net
  net.connect = (to, ...rest) => connect(to === port ? echo.address().port : to, ...rest)
  const ssh = await createSshConnection(connection)
  await ssh.remoteForward('127.0.0.1', port)
  const talk = async text => {
    const socket = connect(port, '127.0.0.1')
    socket.write(text)
    let got = ''
    for await (const data of socket) {
      got += data
      if (got.length >= text.length) break
    }
    return got.length
  }
  tell(await talk('forwarded'), await Promise.all([talk('x'.repeat(200_000)), talk('y')]))
  echo.close()
  ssh.ref()
  ssh.unref()
})
