'use strict'
const net = require('node:net')
const { once } = require('node:events')
const SSH2Promise = require('ssh2-promise')
const { connection, failed, folder, run, tell } = require('./common.cjs')

run(async () => {
  const echo = net.createServer(socket => { socket.pipe(socket) }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const ssh = new SSH2Promise({ ...connection, reconnect: false })
  await ssh.connect()
  tell(await ssh.exec('echo promised'), await ssh.exec('echo bad >&2; exit 1').then(() => 'no error', String))
  const spawned = await ssh.spawn('cat')
  spawned.end('through cat')
  let text = ''
  for await (const data of spawned) text += data
  tell(text)
  const sftp = ssh.sftp()
  await sftp.writeFile(`${folder}/file`, 'written')
  tell((await sftp.readFile(`${folder}/file`)).toString(), (await sftp.getStat(`${folder}/file`)).size, (await sftp.readdir(folder)).map(({ filename }) => filename), await sftp.getStat(`${folder}/nowhere`).then(() => 'no error', failed))
  await sftp.fastGet(`${folder}/file`, `${folder}/got`)
  const readable = await sftp.createReadStream(`${folder}/file`)
  text = ''
  for await (const data of readable) text += data
  const writable = await sftp.createWriteStream(`${folder}/stream`)
  writable.end('streamed')
  await once(writable, 'close')
  tell(text, (await sftp.readFile(`${folder}/stream`)).toString())
  const { localPort } = await ssh.addTunnel({ remoteAddr: '127.0.0.1', remotePort: echo.address().port })
  const socket = net.connect(localPort, '127.0.0.1')
  socket.write('through a tunnel')
  tell(String((await once(socket, 'data'))[0]))
  socket.destroy()
  await ssh.close()
  echo.close()
})
