import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SftpClient } from '../../../../src/sftp/client/sftp-client.ts'
import { openSession } from '../../../support/session.ts'
import { startSshd } from '../../../support/sshd.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { rejection, within } from '../../../support/within.ts'

const program = fileURLToPath(new URL('../../../support/peers/odd-sftp-server.mjs', import.meta.url))
/** What every file of that server holds. */
const CONTENT = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)

/** A client of a server that behaves as `mode` says. */
async function withServer(mode: string, use: (sftp: SftpClient) => Promise<void>): Promise<void> {
  await using server = await startSshd({ sftp: 'none', config: [`Subsystem sftp ${process.execPath} ${program} ${mode}`] })
  await using session = await openSession(server)
  await using sftp = await within(10_000, 'greeting', SftpClient.open(session))
  await use(sftp)
}

test('without any extension: what every server must take, and unsupported calls say so unasked', async () => {
  await withServer('plain', async (sftp) => {
    expect(sftp.limits).toEqual({ maxReadLength: 32768, maxWriteLength: 32768, maxOpenHandles: 0 })
    expect(await rejection(sftp.hardlink('a', 'b'))).toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED', path: 'b' })
    expect(await rejection(sftp.statvfs('/'))).toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED' })
    expect(Buffer.compare(await sftp.readFile('any'), CONTENT)).toBe(0)
  })
})

test('answers shorter than asked for, and answers in another order', async () => {
  for (const mode of ['short', 'backwards']) {
    await withServer(mode, async (sftp) => {
      const read = await Promise.all([sftp.readFile('a'), sftp.readFile('b')])
      for (const data of read) expect(Buffer.compare(data, CONTENT)).toBe(0)
      await using file = await sftp.open('c')
      expect(Buffer.compare(await file.read(50_000, 777), CONTENT.subarray(777, 50_777))).toBe(0)
    })
  }
})

test('more than asked for, no bytes before the end, or an answer that is cut or of the wrong kind: that call fails, others go on', async () => {
  for (const [mode, code] of [['too-much', 'ERR_SFTP_BAD_MESSAGE'], ['nothing', 'ERR_SFTP_SIZE_MISMATCH']]) {
    await withServer(mode as string, async (sftp) => {
      expect(await rejection(sftp.readFile('a'))).toMatchObject({ code })
      expect(await sftp.exists('a')).toBe(true)
    })
  }
  for (const [mode, code] of [['wrong-type', 'ERR_SFTP_BAD_MESSAGE'], ['cut', 'ERR_WIRE_FORMAT']]) {
    await withServer(mode as string, async (sftp) => {
      expect(await rejection(sftp.realpath('a'))).toMatchObject({ code })
      expect(await sftp.exists('a')).toBe(true)
    })
  }
})

test('an answer to nothing that was asked ends SFTP: nothing after it can be trusted', async () => {
  await withServer('wrong-number', async (sftp) => {
    expect(await within(5000, 'end', rejection(sftp.realpath('a')))).toMatchObject({ code: 'ERR_SFTP_BAD_MESSAGE' })
    expect(await rejection(sftp.stat('a'))).toMatchObject({ code: 'ERR_SFTP_BAD_MESSAGE' })
  })
})

test('a version that is too old', async () => {
  expect(await rejection(withServer('version-0', async () => {}))).toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED' })
})

test('control characters in what a server says do not reach a terminal', async () => {
  await withServer('plain', async (sftp) => {
    expect(((await rejection(sftp.mkdir('a'))) as Error).message).toBe('SSH_FX_FAILURE: mkdir a (odd\\u{7}words)')
  })
})

test('names that lead out of the folder are left out of a download', async () => {
  using directory = temporaryDirectory('sftp-outside')
  await withServer('plain', async (sftp) => {
    const result = await sftp.downloadDirectory('anything', directory.file('down/here'))
    expect(result).toMatchObject({ files: 1, skipped: ['anything/../outside', 'anything//outside', 'anything/a/../../outside'] })
    expect(readdirSync(directory.file('down'))).toEqual(['here'])
    expect(Buffer.compare(readFileSync(directory.file('down/here/inside')), CONTENT)).toBe(0)
    expect([existsSync(directory.file('down/outside')), existsSync('/outside')]).toEqual([false, false])
  })
})
