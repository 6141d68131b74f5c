import { chmodSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey, type Client } from '../../../../src/index.ts'
import type { SshServer } from '../../../support/ssh-server.ts'
import { startSshd } from '../../../support/sshd.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { rejection, within } from '../../../support/within.ts'
import { pattern } from './use-sftp.ts'

const directory = temporaryDirectory('scp')
let server: SshServer
let client: Client
beforeAll(async () => {
  server = await startSshd({ sftp: 'none' })
  client = await connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
})
afterAll(async () => {
  await client.close()
  await server.stop()
  directory.remove()
})

const received = async (path: string) => {
  await using file = await client.scpReceive(path)
  return { stat: file.stat, data: new Uint8Array(await new Response(file.readable).arrayBuffer()) }
}

test('names of every kind arrive as they are, both ways', async () => {
  for (const name of ['a\ttab', '\x01\x1b\x7f', '-r', '--help', "it's; $(id) `id` \\", '*', ' ', 'x'.repeat(255)]) {
    await client.scpSend(directory.file(name), new TextEncoder().encode('text'))
    expect(readFileSync(directory.file(name), 'utf8'), name).toBe('text')
    expect(new TextDecoder().decode((await received(directory.file(name))).data), name).toBe('text')
  }
  // A line feed would end the line that announces a file that is sent. OpenSSH's scp writes it in another way when it announces one.
  for (const name of ['a\nb', '\n'.repeat(255)]) {
    writeFileSync(directory.file(name), 'text')
    expect(new TextDecoder().decode((await received(directory.file(name))).data)).toBe('text')
    expect(await rejection(client.scpSend(directory.file(name), new TextEncoder().encode('text')))).toMatchObject({ name: 'SSHError', code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
  }
  // No name at all.
  for (const name of ['', `${directory.path}/`]) {
    expect(await rejection(received(name))).toMatchObject({ name: 'SSHError', code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
    expect(await rejection(client.scpSend(name, new TextEncoder().encode('text')))).toMatchObject({ name: 'SSHError', code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
  }
  // Relative to the home directory, where a leading dash would be an option.
  const relative = `-libssh2-wasm-${process.pid}`
  try {
    await client.scpSend(relative, new TextEncoder().encode('text'))
    expect(new TextDecoder().decode((await received(relative)).data)).toBe('text')
  } finally {
    await client.run(`rm -f -- ${relative}`)
  }
})

test.each([0, 1, 5_000_000])('%i bytes there and back, with mode and times', async (size) => {
  const path = directory.file(`größe ${size} 'quoted"`)
  const data = pattern(size, size)
  await client.scpSend(path, data, { mode: 0o640, mtime: 1_000_000_000, atime: 1_100_000_000 })
  expect(Buffer.compare(readFileSync(path), data)).toBe(0)
  expect(statSync(path)).toMatchObject({ mode: 0o100640, mtimeMs: 1_000_000_000_000 })
  const back = await received(path)
  expect(Buffer.compare(back.data, data)).toBe(0)
  expect(back.stat).toMatchObject({ filesize: size, permissions: 0o640, mtime: 1_000_000_000 })
})

test('sends a local file with its mode, a Blob, and a stream of known size', async () => {
  const data = pattern(300_000, 3)
  writeFileSync(directory.file('local'), data)
  chmodSync(directory.file('local'), 0o600)
  await client.scpSend(directory.file('copy'), directory.file('local'))
  expect(statSync(directory.file('copy')).mode & 0o777).toBe(0o600)
  const blob = new Blob([data as Uint8Array<ArrayBuffer>])
  const steps: number[] = []
  await client.scpSend(directory.file('blob'), blob, { onProgress: ({ transferred }) => steps.push(transferred) })
  expect(steps.at(-1)).toBe(data.length)
  await client.scpSend(directory.file('stream'), blob.stream(), { size: data.length })
  for (const name of ['copy', 'blob', 'stream']) expect(Buffer.compare(readFileSync(directory.file(name)), data)).toBe(0)
})

test('refusals, wrong sizes, and what comes after them', async () => {
  expect(await rejection(client.scpReceive('/no/such/file'))).toMatchObject({ code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
  expect(await rejection(client.scpSend('/no/such/folder/file', new Uint8Array(1)))).toMatchObject({ code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
  expect(await rejection(client.scpSend('/dev/full', new Uint8Array(100_000)))).toMatchObject({ code: 'ERR_LIBSSH2_SCP_PROTOCOL' })
  const stream = () => new Blob([new Uint8Array(1000)]).stream()
  await expect(client.scpSend(directory.file('none'), stream())).rejects.toThrow('needs to know the size')
  await expect(client.scpSend(directory.file('more'), stream(), { size: 900 })).rejects.toThrow(RangeError)
  await expect(client.scpSend(directory.file('less'), stream(), { size: 1100 })).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_SFTP_SIZE_MISMATCH' })
  expect((await client.run('echo goes on')).stdout).toBe('goes on\n')
})

test('a size beyond 4 GiB is told exactly, and reading may be given up', async () => {
  const path = directory.file('huge')
  writeFileSync(path, 'beginning')
  truncateSync(path, 5 * 2 ** 30)
  utimesSync(path, 1, 2)
  await using file = await client.scpReceive(path)
  expect(file.stat).toMatchObject({ filesize: 5 * 2 ** 30, atime: 1, mtime: 2 })
  const reader = file.readable.getReader()
  const { value } = await reader.read()
  expect(Buffer.from(value ?? []).subarray(0, 9).toString()).toBe('beginning')
  await within(5000, 'cancel', reader.cancel())
  expect((await client.run('echo goes on')).stdout).toBe('goes on\n')
})

test('an abort rejects at once, and the session goes on', async () => {
  const controller = new AbortController()
  const sending = client.scpSend(directory.file('endless'), new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(new Uint8Array(10_000)) }), { size: 2 ** 40, signal: controller.signal })
  setTimeout(() => controller.abort('enough'), 50)
  expect(await rejection(sending)).toBe('enough')
  expect((await client.run('echo goes on')).stdout).toBe('goes on\n')
})
