// A WRITE that goes by its offset although the file was opened with APPEND. Core FTP: https://github.com/libssh2/libssh2/issues/1136; mod_sftp:
// https://github.com/proftpd/proftpd/issues/1586; https://github.com/pkg/sftp/issues/218
import { describe, expect, test } from 'vitest'
import { SftpError } from '../../src/index.ts'
import { FX, OPEN, type Quirk, type Quirks, withSftp } from './support/sftp-server.ts'

const servers: Record<string, Quirks> = {
  'goes by APPEND': {},
  'goes by the offset': {
    WRITE(_, answer, honest) {
      if (answer.open) answer.open.flags &= ~OPEN.APPEND
      honest()
    },
  },
}

describe.each(Object.entries(servers))('a server that %s', (_, quirks) => {
  test('keeps the beginning: appendFile, open and its streams, an empty and a new file', async () => {
    await withSftp({ files: { '/log': 'first\n', '/empty': '' }, quirks }, async (sftp, { files }) => {
      await sftp.appendFile('/log', 'second\n')
      await sftp.appendFile('/log', new Blob(['third\n']))
      await sftp.appendFile('/empty', 'e')
      await sftp.appendFile('/new', 'n')
      await using file = await sftp.open('/log', 'a')
      await Promise.all([file.write('4', 0), file.write('5', 0)])
      const writer = file.writable().getWriter()
      await writer.write('six')
      await writer.write(' seven')
      await writer.close()
      expect(files.text('/log')).toBe('first\nsecond\nthird\n45six seven')
      expect([files.text('/empty'), files.text('/new')]).toEqual(['e', 'n'])
    })
  })

  test('much is appended in many requests', async () => {
    await withSftp({ files: { '/log': 'x'.repeat(100_000) }, quirks }, async (sftp, { files }) => {
      await sftp.appendFile('/log', 'y'.repeat(1_000_000))
      expect(files.text('/log')).toBe('x'.repeat(100_000) + 'y'.repeat(1_000_000))
    })
  })
})

const nowhere: Record<string, Quirk> = {
  'gives no size': (_, answer) => answer.attributes({ mode: 0o100644 }),
  'gives an impossible size': (_, answer) => answer.attributes({ size: 2 ** 60, mode: 0o100644 }),
  'refuses to tell': (_, answer) => answer.status(FX.PERMISSION_DENIED),
  'does not know how to tell': (_, answer) => answer.status(FX.OP_UNSUPPORTED),
}

describe.each(Object.entries(nowhere))('a server that goes by the offset and %s', (_, quirk) => {
  const offsets = servers['goes by the offset']!

  test('loses nothing: the file is not appended to, and is closed', async () => {
    await withSftp({ files: { '/log': 'first\n' }, quirks: { ...offsets, STAT: quirk, FSTAT: quirk } }, async (sftp, server) => {
      await expect(sftp.appendFile('/log', 'second\n')).rejects.toThrow(SftpError)
      await expect(sftp.open('/log', 'a')).rejects.toThrow(SftpError)
      await expect(sftp.open('/log', 'a+')).rejects.toThrow(SftpError)
      await sftp.realpath('.')
      expect(server.files.text('/log')).toBe('first\n')
      expect(server.openHandles).toBe(0)
    })
  })

  test('a file that is new for certain is written', async () => {
    await withSftp({ files: {}, quirks: { ...offsets, STAT: quirk, FSTAT: quirk } }, async (sftp, { files }) => {
      await using file = await sftp.open('/exclusive', 'ax')
      await file.write('1', 0)
      await file.write('2', 0)
      expect(files.text('/exclusive')).toBe('12')
    })
    await withSftp({ files: {}, quirks: { ...offsets, FSTAT: quirk } }, async (sftp, { files }) => {
      await sftp.appendFile('/new', 'n')
      expect(files.text('/new')).toBe('n')
    })
  })

  test.each(['STAT', 'FSTAT'])('the other one is enough: %s', async (name) => {
    await withSftp({ files: { '/log': 'first\n', '/empty': '' }, quirks: { ...offsets, [name]: quirk } }, async (sftp, { files }) => {
      await sftp.appendFile('/log', 'second\n')
      await sftp.appendFile('/empty', 'e')
      expect([files.text('/log'), files.text('/empty')]).toEqual(['first\nsecond\n', 'e'])
    })
  })
})
