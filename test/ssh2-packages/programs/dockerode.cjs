'use strict'
const http = require('node:http')
const { once } = require('node:events')
const Docker = require('dockerode')
const { connection, failed, folder, run, tell } = require('./common.cjs')

/** An engine as far as the calls below need it, on the socket that the `docker` of the server talks to. */
function startEngine() {
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://engine')
    const json = (value, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (pathname.endsWith('/_ping')) response.end('OK')
    else if (pathname.endsWith('/version')) json({ Version: '99.0', ApiVersion: '1.99' })
    else if (pathname.endsWith('/containers/json')) json([{ Id: 'abc', Names: ['/one'], all: searchParams.get('all') }])
    else if (pathname.endsWith('/containers/abc/logs')) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('line\n'.repeat(20_000))
    else if (pathname.endsWith('/containers/create')) {
      let body = ''
      request.on('data', data => { body += data }).on('end', () => json({ Id: 'new', image: JSON.parse(body).Image }, 201))
    } else if (pathname.endsWith('/build')) {
      let size = 0
      request.on('data', data => { size += data.length }).on('end', () => {
        response.write('{"stream":"Step 1"}\n')
        response.end(JSON.stringify({ stream: `got ${size > 1000}` }))
      })
    } else json({ message: `no such thing: ${pathname}` }, 404)
  })
  server.on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    socket.pipe(socket)
  })
  return server.listen(`${folder}/docker.sock`)
}

const read = async stream => {
  let text = ''
  for await (const part of stream) text += part
  return text
}

run(async () => {
  const engine = startEngine()
  await once(engine, 'listening')
  const { privateKey, ...where } = connection
  const docker = new Docker({ protocol: 'ssh', ...where, sshOptions: { privateKey } })
  tell(String(await docker.ping()), await docker.version(), await docker.listContainers({ all: true }))
  tell((await docker.getContainer('abc').logs({ stdout: true })).length)
  tell((await docker.createContainer({ Image: 'busybox' })).id)
  tell(await Promise.all([1, 2, 3, 4].map(() => docker.listContainers().then(([{ Id }]) => Id))))
  tell(await read(await docker.buildImage(require('node:stream').Readable.from([Buffer.alloc(200_000)]), {})))
  tell(await docker.getContainer('missing').inspect().then(() => 'no error', error => [error.statusCode, failed(error).message]))
  const stream = await docker.getContainer('abc').attach({ stream: true, stdin: true, stdout: true, hijack: true })
  stream.end('into the container')
  tell(await read(stream))
  engine.close()
})
