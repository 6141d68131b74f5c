import { expect, test } from 'vitest'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { channelClose, channelData, channelEof, message, SSH_MSG } from '../support/scripted-server.ts'
import { acceptChannel, serveLogin } from '../support/scripted-server/steps.ts'
import { serveSftpChannel, SSH_FX, SSH_FXP, type SftpChannel } from '../support/scripted-server/sftp.ts'
import { attack, codeOf, login } from './attack.ts'
import { attackSftp } from './sftp-attack.ts'

/** Attributes that are a size. */
const attributes = (size: bigint) => new WireWriter().uint32(1).uint64(size).finish()

const packetOf = (size: number, type: number, id: number) => new WireWriter().uint32(size).byte(type).uint32(id).finish()

/** The codes of two questions, the first of which gets what `script` sends. */
const twoStats = (script: (sftp: SftpChannel) => Promise<void>) => attackSftp(script, async (sftp, complete) => [
  await codeOf(() => complete(() => sftp.stat('one'))),
  await codeOf(() => complete(() => sftp.stat('two'))),
])

test('0341: a channel that is closed in the middle of a packet ends the wait for the rest', async () => {
  const codes = await twoStats(async (sftp) => {
    sftp.sendRaw(packetOf(100, SSH_FXP.ATTRS, (await sftp.receive(SSH_FXP.STAT)).id))
    sftp.close()
  })
  expect(codes).toEqual(['ERR_LIBSSH2_CHANNEL_CLOSED', 'ERR_LIBSSH2_CHANNEL_CLOSED'])
})

test('0341: a channel that is closed between packets ends the wait for the next', async () => {
  const codes = await twoStats(async (sftp) => {
    await sftp.receive(SSH_FXP.STAT)
    sftp.close()
  })
  expect(codes).toEqual(['ERR_LIBSSH2_CHANNEL_CLOSED', 'ERR_LIBSSH2_CHANNEL_CLOSED'])
})

test('0342: a channel that is closed behind a part of a header ends the wait for the rest of it', async () => {
  const codes = await twoStats(async (sftp) => {
    const { connection, channel } = sftp
    await sftp.receive(SSH_FXP.STAT)
    connection.sendRaw(Buffer.concat([channelData(channel, Uint8Array.of(0, 0, 0, 9, 101)), channelEof(channel), channelClose(channel)].map((payload) => connection.seal(payload))))
  })
  expect(codes).toEqual(['ERR_LIBSSH2_CHANNEL_CLOSED', 'ERR_LIBSSH2_CHANNEL_CLOSED'])
})

test.each([
  ['smaller than its own header', 3, 'ERR_LIBSSH2_SFTP_PROTOCOL'],
  ['larger than any answer', 300_000, 'ERR_LIBSSH2_CHANNEL_PACKET_EXCEEDED'],
])('0341: after a packet that is %s nothing is taken for a packet any more', async (_, size, code) => {
  const codes = await twoStats(async (sftp) => {
    const { id } = await sftp.receive(SSH_FXP.STAT)
    sftp.sendRaw(packetOf(size, SSH_FXP.ATTRS, id))
    sftp.send(SSH_FXP.ATTRS, id, new WireWriter().uint32(0).finish())
    sftp.send(SSH_FXP.ATTRS, id + 1, new WireWriter().uint32(0).finish())
  })
  expect(codes).toEqual([code, code])
})

test('0330: a packet of an unknown type ends this SFTP', async () => {
  const codes = await twoStats(async (sftp) => {
    const { id } = await sftp.receive(SSH_FXP.STAT)
    sftp.send(77, id)
    sftp.send(SSH_FXP.ATTRS, id, attributes(1n))
    sftp.send(SSH_FXP.ATTRS, id + 1, attributes(1n))
  })
  expect(codes).toEqual(['ERR_LIBSSH2_SFTP_PROTOCOL', 'ERR_LIBSSH2_SFTP_PROTOCOL'])
})

test('0341: the entries of a directory have a limit, too', async () => {
  const code = await attackSftp(async (sftp) => {
    await sftp.open(SSH_FXP.OPENDIR)
    sftp.sendRaw(packetOf(0x7fffffff, SSH_FXP.NAME, (await sftp.receive(SSH_FXP.READDIR)).id))
  }, async (sftp, complete) => {
    const directory = await complete(() => sftp.opendir('.'))
    return codeOf(() => complete(() => directory.readdir()))
  })
  expect(code).toBe('ERR_LIBSSH2_CHANNEL_PACKET_EXCEEDED')
})

test('0331: answers that nobody asked for do not pile up', async () => {
  const code = await attackSftp(async (sftp) => {
    await sftp.receive(SSH_FXP.STAT)
    for (let id = 1000; id < 6000; id++) sftp.status(id, SSH_FX.OK)
  }, (sftp, complete) => codeOf(() => complete(() => sftp.stat('x'))))
  expect(code).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
})

test('0332: a truncated answer is the end of its question, not of the next one', async () => {
  const size = await attackSftp(async (sftp) => {
    sftp.send(SSH_FXP.STATUS, (await sftp.receive(SSH_FXP.STAT)).id)
    sftp.send(SSH_FXP.ATTRS, (await sftp.receive(SSH_FXP.STAT)).id, attributes(42n))
  }, async (sftp, complete) => {
    expect(await codeOf(() => complete(() => sftp.stat('one')))).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
    return (await complete(() => sftp.stat('two'))).filesize
  })
  expect(size).toBe(42)
})

test('0338: a request that the window takes in parts is sent to its end', async () => {
  const size = await attackSftp(async (sftp) => {
    const asked = sftp.receive(SSH_FXP.STAT)
    for (let i = 0; i < 20; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      sftp.widen(3)
    }
    sftp.send(SSH_FXP.ATTRS, (await asked).id, attributes(7n))
  }, async (sftp, complete) => (await complete(() => sftp.stat('a/rather/long/path'))).filesize, { window: 9 + 10 })
  expect(size).toBe(7)
})

test('0338: a write that is given up half sent does not end in the middle of the next request', async () => {
  const size = await attackSftp(async (sftp) => {
    await sftp.open(SSH_FXP.OPEN)
    sftp.status((await sftp.receive(SSH_FXP.WRITE)).id, SSH_FX.FAILURE)
    let request = await sftp.receive(SSH_FXP.WRITE)
    sftp.widen(1 << 20)
    while (request.type === SSH_FXP.WRITE) request = await sftp.next()
    expect(request.type).toBe(SSH_FXP.STAT)
    sftp.send(SSH_FXP.ATTRS, request.id, attributes(7n))
  }, async (sftp, complete) => {
    const file = await complete(() => sftp.open('file', 2))
    const data = new Uint8Array(200_000)
    expect(await codeOf(() => complete(() => file.write(data)[0]))).toBe('ERR_SFTP_FAILURE')
    return (await complete(() => sftp.stat('x'))).filesize
  }, { window: 80_000 })
  expect(size).toBe(7)
})

test('0801: a directory that could not be asked for, because the window was full when the connection ended, is freed once', async () => {
  const code = await attackSftp(async ({ connection }) => {
    await connection.receive(SSH_MSG.CHANNEL_DATA)
    connection.end()
  }, (sftp, complete) => codeOf(() => complete(() => sftp.mkdir('a/rather/long/path', 0o755))), { window: 9 + 10 })
  expect(code).toMatch(/^ERR_/)
})

test('0339: SFTP may be started again after the server has refused it', async () => {
  await attack(async (connection) => {
    await serveLogin(connection)
    const channel = await acceptChannel(connection)
    await connection.receive(SSH_MSG.CHANNEL_REQUEST)
    connection.send(message(SSH_MSG.CHANNEL_FAILURE).uint32(channel.client).finish())
    await connection.receive(SSH_MSG.CHANNEL_CLOSE)
    connection.send(channelClose(channel))
    await serveSftpChannel(connection)
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    expect(await codeOf(() => session.complete(() => session.sftpInit()))).toMatch(/^ERR_/)
    await session.complete(() => session.sftpInit())
  })
})

test('0339: what SFTP owns is given back when the connection breaks', async () => {
  await attackSftp(async (sftp) => {
    await sftp.open(SSH_FXP.OPENDIR)
    const { id } = await sftp.receive(SSH_FXP.READDIR)
    const entry = new WireWriter().string('name').string('long name').uint32(0).finish()
    sftp.send(SSH_FXP.NAME, id, new WireWriter().uint32(2).bytes(entry).bytes(entry).finish())
    sftp.status(id + 5, SSH_FX.OK)
    await sftp.receive(SSH_FXP.STAT)
    sftp.connection.destroy()
  }, async (sftp, complete) => {
    const directory = await complete(() => sftp.opendir('.'))
    await complete(() => directory.readdir())
    expect(await codeOf(() => complete(() => sftp.stat('x')))).toMatch(/^ERR_/)
  })
})

test('0340: paths that no server takes are refused before their length is added to anything', async () => {
  const code = await attackSftp(() => {}, (sftp, complete) => codeOf(() => complete(() => sftp.stat('x'.repeat(70_000)))))
  expect(code).toBe('ERR_LIBSSH2_OUT_OF_BOUNDARY')
})
