// Permissions without the bits of the type, or none. SolarWinds, Serv-U: https://github.com/apache/mina-sshd/issues/489; https://github.com/pkg/sftp/issues/8
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Attributes, FX, type Quirks, withSftp } from './support/sftp-server.ts'

const files = { '/in': null, '/in/demo.csv': 'x,y\n', '/in/sub': null, '/in/sub/b.csv': 'z\n' }

/** A server that tells what it tells without the type. */
function telling(line: (directory: boolean) => string, strip: (attributes: Attributes) => Attributes, everywhere: boolean): Quirks {
  const stripped: Quirks['STAT'] = (request, answer, honest) => answer.files.has(request.path) ? answer.attributes(strip(answer.files.attributes(request.path))) : honest()
  return {
    READDIR(_, answer) {
      if (!answer.open || answer.open.listed) return answer.status(FX.EOF)
      answer.open.listed = true
      const { path } = answer.open
      answer.names(answer.files.list(path).map((name) => {
        const attributes = answer.files.attributes(`${path}/${name}`)
        return [name, line(((attributes.mode ?? 0) & 0o40000) !== 0), strip(attributes)]
      }))
    },
    ...everywhere ? { STAT: stripped, LSTAT: stripped } : {},
  }
}

const withoutType = (attributes: Attributes): Attributes => ({ ...attributes, mode: (attributes.mode ?? 0) & 0o777 })
const withoutMode = ({ size, mtime }: Attributes): Attributes => ({ size, mtime })
const lines = (directory: boolean) => `${directory ? 'd' : '-'}rw-rw-rw-   1 root root 4 Apr 24 14:58 name`
const servers: [string, Quirks][] = [
  ['the line of the listing tells', telling(lines, withoutType, true)],
  ['no mode at all, the line tells', telling(lines, withoutMode, true)],
  ['no line either, LSTAT tells', telling(() => '', withoutType, false)],
  ['nothing tells: a directory is what can be opened as one', telling(() => '', withoutMode, true)],
]

test.each(servers)('%s: nothing is lost in silence', async (_, quirks) => {
  using directory = temporaryDirectory('wild-types')
  await withSftp({ files, quirks }, async (sftp, server) => {
    expect((await sftp.list('/in')).map((entry) => [entry.filename, entry.isFile(), entry.isDirectory()])).toEqual([['demo.csv', true, false], ['sub', false, true]])
    expect(await sftp.downloadDirectory('/in', directory.file('in'))).toMatchObject({ files: 2, skipped: [] })
    expect(readFileSync(directory.file('in/sub/b.csv'), 'utf8')).toBe('z\n')
    expect((await sftp.stat('/in')).isDirectory()).toBe(true)
    await sftp.mkdir('/in/sub/deep/er', { recursive: true })
    await sftp.mkdir('/in/sub', { recursive: true })
    await sftp.rm('/in', { recursive: true })
    expect(server.files.paths).toEqual(['/'])
  })
})
