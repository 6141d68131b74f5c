// A WRITE that goes by its offset although the file was opened with APPEND. Core FTP: https://github.com/libssh2/libssh2/issues/1136; mod_sftp:
// https://github.com/proftpd/proftpd/issues/1586; https://github.com/pkg/sftp/issues/218
import { describe, expect, test } from 'vitest'
import { OPEN, type Quirks, withSftp } from './support/sftp-server.ts'

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
