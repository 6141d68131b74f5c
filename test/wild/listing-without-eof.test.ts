// An SFTP server that ends a listing with a NAME of no entries in place of STATUS EOF (https://github.com/libssh2/libssh2/blob/master/src/sftp.c takes it for the end).
import { expect, test } from 'vitest'
import { missingSftp, opensshSftp } from './support/openssh-sftp.ts'
import { type Quirks, startQuirkySftp, withSftp } from './support/sftp-server.ts'

const quirks: Quirks = { READDIR: (_, answer, honest) => answer.open?.listed ? answer.names([]) : honest() }

test.runIf(missingSftp === undefined)('control: OpenSSH\'s sftp lists the directory', async () => {
  await using server = await startQuirkySftp({ files: { '/a': 'x' }, quirks })
  expect(await opensshSftp(server, 'ls -1 /')).toMatchObject({ code: 0, output: expect.stringContaining('a\n') as string })
})

test('a NAME of no entries ends a listing, a walk and a removal', async () => {
  await withSftp({ files: { '/a': 'x', '/d': null, '/d/b': 'y' }, quirks }, async (sftp, server) => {
    const names: string[] = []
    for await (const { filename } of sftp.readdir('/')) names.push(filename)
    expect(names).toEqual(['a', 'd'])
    expect(server.count('READDIR')).toBe(2)
    const walked: string[] = []
    for await (const { path } of sftp.walk('/')) walked.push(String(path))
    expect(walked).toEqual(['/a', '/d', '/d/b'])
    await sftp.rm('/d', { recursive: true })
    expect(server.files.paths).toEqual(['/', '/a'])
  })
})
