import { expect, test } from 'vitest'
import { SftpClient } from '../../../../src/sftp/client/sftp-client.ts'
import { SftpError } from '../../../../src/index.ts'
import { openSession } from '../../../support/session.ts'
import { startSshd } from '../../../support/sshd.ts'
import { rejection, within } from '../../../support/within.ts'
import { useSftp } from './use-sftp.ts'

const used = useSftp()

test('errors carry status, code and path', async () => {
  const { sftp } = used
  const missing = used.file('no such\nfile')
  for (const attempt of [() => sftp.stat(missing), () => sftp.readFile(missing), () => sftp.open(missing), () => sftp.unlink(missing), () => sftp.readdir(missing).next()]) {
    const error = await rejection(attempt())
    expect(error).toBeInstanceOf(SftpError)
    expect(error).toMatchObject({ status: 2, code: 'ERR_SFTP_NO_SUCH_FILE', path: missing })
    expect((error as Error).message).toContain('SSH_FX_NO_SUCH_FILE')
  }
  expect(await rejection(sftp.mkdir(used.folder))).toMatchObject({ status: 4, code: 'ERR_SFTP_FAILURE', path: used.folder })
})

test('a path with a NUL is refused here: servers would cut it', async () => {
  await expect(used.sftp.readFile('/etc/passwd\0.txt')).rejects.toThrow(TypeError)
  await expect(used.sftp.readFile(new Uint8Array([0x2f, 0]))).rejects.toThrow(TypeError)
})

test('a closed file says so', async () => {
  const file = await used.sftp.open('/etc/passwd')
  await file.close()
  await file.close()
  expect(await rejection(file.read(1, 0))).toMatchObject({ code: 'ERR_HANDLE_FREED' })
})

test('what runs when SFTP is closed rejects, and the session goes on', async () => {
  const sftp = await SftpClient.open(used.session)
  const file = await sftp.open('/etc/passwd')
  const reading = rejection(file.read(100, 0))
  await sftp.close()
  await sftp.close()
  expect(await reading).toMatchObject({ code: 'ERR_SFTP_CONNECTION_LOST' })
  expect(await rejection(sftp.stat('/'))).toMatchObject({ code: 'ERR_SFTP_CONNECTION_LOST' })
  expect(await used.sftp.exists('/')).toBe(true)
})

test('a server without SFTP', async () => {
  await using server = await startSshd({ sftp: 'none' })
  await using session = await openSession(server)
  expect(await rejection(SftpClient.open(session))).toMatchObject({ name: 'ChannelError' })
})

test('a server that speaks something else', async () => {
  await using server = await startSshd({ sftp: 'none', config: ['Subsystem sftp /bin/echo Welcome to the machine'] })
  await using session = await openSession(server)
  expect(await rejection(within(5000, 'greeting', SftpClient.open(session)))).toMatchObject({ name: 'SftpError', code: 'ERR_SFTP_BAD_MESSAGE' })
})

test('a server that ends at once', async () => {
  await using server = await startSshd({ sftp: 'none', config: ['Subsystem sftp /bin/true'] })
  await using session = await openSession(server)
  expect(await rejection(within(5000, 'greeting', SftpClient.open(session)))).toMatchObject({ name: 'SftpError', code: 'ERR_SFTP_CONNECTION_LOST' })
})

test('a server that is killed in the middle ends every call with a typed error', async () => {
  await using server = await startSshd()
  await using session = await openSession(server)
  const sftp = await SftpClient.open(session)
  const file = await sftp.open('/dev/zero')
  const reader = file.readable().getReader()
  await reader.read()
  const streaming = rejection((async () => { for (;;) await reader.read() })())
  const uploading = rejection(sftp.upload(new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(100_000)) }), '/dev/null'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  await server.kill()
  for (const ended of [streaming, uploading]) expect(await within(5000, 'end', ended)).toMatchObject({ name: 'DisconnectError' })
  expect(await rejection(sftp.stat('/'))).toMatchObject({ name: 'DisconnectError' })
  await sftp.close()
})
