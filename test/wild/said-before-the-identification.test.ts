// A server that says why it hangs up, in place of its identification: "Exceeded MaxStartups", "Not allowed at this time" (OpenSSH sshd.c, sshd-session.c), a web server or
// a load balancer on the port: https://github.com/openssh/openssh-portable/blob/master/sshd.c
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, password, SSHError } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { message, serveHandshake, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'

/** The error of a login at a server that says `text` and then hangs up. */
async function refusedWith(text: string | Uint8Array): Promise<SSHError> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.resume().end(text)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as { port: number }
  try {
    return await failed({ host: '127.0.0.1', port })
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((closed) => server.close(closed))
  }
}

async function failed(server: { readonly host: string, readonly port: number }): Promise<SSHError> {
  const options = { transport: await connectTcp(server), username: 'user', hostKey: insecureAcceptAnyHostKey(), auth: [password('secret')] }
  const error = await connect(options).then(() => new Error('connected'), (reason: unknown) => reason)
  expect(error).toBeInstanceOf(SSHError)
  return error as SSHError
}

test.each([
  ['Not allowed at this time\r\n', 'the server said: "Not allowed at this time"'],
  ['no line end', 'the server said: "no line end"'],
  ['HTTP/1.1 400 Bad Request\r\n\r\n<h1>Bad Request</h1>', 'HTTP/1.1 400 Bad Request\\r\\n\\r\\n<h1>Bad Request</h1>'],
])('%j is in the error', async (text, wanted) => {
  const error = await refusedWith(text)
  expect(error.message).toContain(wanted)
  expect(error.code).toBe('ERR_LIBSSH2_SOCKET_DISCONNECT')
})

test('a server that only hangs up is said to have done that, and nothing more', async () => {
  expect((await refusedWith('')).message).not.toContain('said')
})

test('what it says does nothing to a terminal, and has an end', async () => {
  const { message } = await refusedWith(`\x1b[2J\x07\u{202e}gnp.exe\u{9b}31m\tx\u{2066}${'y'.repeat(10_000)}`)
  expect(message).not.toMatch(/[\x00-\x1f\x7f-\x9f\u{2028}-\u{202e}\u{2066}-\u{2069}]/u)
  expect(message).toContain('\\u{1b}[2J\\u{7}\\u{202e}gnp.exe\\u{9b}31m\\tx\\u{2066}yyy')
  expect(message.length).toBeLessThan(1000)
})

test('a NUL in it, and bytes that are not UTF-8, are shown too', async () => {
  const error = await refusedWith(Buffer.from('busy \xff\xfe\0 come back\r\n', 'latin1'))
  expect(error.message).toContain('busy')
  expect(error.message).not.toContain('\0')
})

test('the text of a disconnect message is escaped in the error, and raw in its property', async () => {
  const text = 'go \x1b[31maway\u{202e}\r\n'
  await using server = await startScriptedServer(async (connection) => {
    await serveHandshake(connection)
    connection.send(message(SSH_MSG.DISCONNECT).uint32(2).string(text).string('').finish())
    await connection.receiveAll()
  })
  const error = await failed(server)
  expect(error.message).toContain('go \\u{1b}[31maway\\u{202e}\\r\\n')
  expect(error).toHaveProperty('description', text)
})
