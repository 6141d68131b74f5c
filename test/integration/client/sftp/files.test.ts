import { chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_WRITE, SftpError } from '../../../../src/bindings/index.ts'
import { pattern, useSftp } from './use-sftp.ts'

describe.each(['internal', 'server'] as const)('SFTP of OpenSSH, %s', (kind) => {
  const used = useSftp({ sftp: kind })

  test.each([0, 1, 10_000, 261_120, 261_121, 3_000_000])('writes and reads a file of %i bytes', async (size) => {
    const [path, data] = [used.file(`bytes-${size}`), pattern(size, size)]
    await used.sftp.writeFile(path, data)
    expect(Buffer.compare(readFileSync(path), data)).toBe(0)
    expect(Buffer.compare(await used.sftp.readFile(path), data)).toBe(0)
  })

  test('text goes as UTF-8, and comes back as a string where an encoding is given', async () => {
    const path = used.file('text')
    await used.sftp.writeFile(path, 'größe')
    await used.sftp.appendFile(path, ' €')
    expect(readFileSync(path, 'utf8')).toBe('größe €')
    expect(await used.sftp.readFile(path, 'utf8')).toBe('größe €')
    expect(await used.sftp.readFile(path, { encoding: 'utf-8' })).toBe('größe €')
    expect(await used.sftp.readFile(path)).toBeInstanceOf(Uint8Array)
  })

  test('what is no content is named, and a file: URL is not read', async () => {
    const path = used.file('no-content')
    for (const data of [{}, 5, undefined, new URL(`file://${used.file('text')}`)]) {
      await expect(used.sftp.writeFile(path, data as never)).rejects.toThrow('the data must be text, a Uint8Array, a Blob or a ReadableStream')
    }
    expect(await used.sftp.exists(path)).toBe(false)
  })

  test('names in UTF-8 with spaces and newlines, and names that are no UTF-8', async () => {
    const folder = used.file('names')
    await used.sftp.mkdir(folder)
    const names = ['mit Leerzeichen', 'zwei\nZeilen', 'größe', '日本 語', ' ', '-rf *', '"\'\\']
    for (const name of names) await used.sftp.writeFile(`${folder}/${name}`, name)
    const raw = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0xfe])])
    await used.sftp.writeFile(raw, 'raw')
    const found = []
    for await (const entry of used.sftp.readdir(folder)) {
      found.push(entry.filename)
      const content = await used.sftp.readFile(entry.path, 'utf8')
      expect(content).toBe(typeof entry.path === 'string' ? entry.filename : 'raw')
    }
    expect(found.sort()).toEqual([...names, 'f\u{fffd}\u{fffd}'].sort())
    expect(readdirSync(folder).length).toBe(names.length + 1)
    await used.sftp.rm(folder, { recursive: true })
    expect(await used.sftp.exists(folder)).toBe(false)
  })

  test('flags: exclusive, read and write, bits', async () => {
    const { sftp } = used
    const path = used.file('flags')
    await (await sftp.open(path, 'wx')).close()
    await expect(sftp.open(path, 'wx')).rejects.toBeInstanceOf(SftpError)
    await using both = await sftp.open(path, 'r+')
    await both.write('abc', 0)
    expect(await both.read(10, 1)).toEqual(new TextEncoder().encode('bc'))
    expect(await both.read(10, 3)).toEqual(new Uint8Array(0))
    await using bits = await sftp.open(used.file('bits'), LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT, { mode: 0o600 })
    expect((await bits.stat()).permissions).toBe(0o100600)
    await expect(sftp.open(path, 'rx' as never)).rejects.toThrow(TypeError)
  })

  test('attributes', async () => {
    const { sftp } = used
    const path = used.file('attributes')
    writeFileSync(path, '12345')
    await sftp.chmod(path, 0o640)
    await sftp.utimes(path, 1_000_000_000, new Date(1_100_000_000_500))
    await sftp.chown(path, process.getuid?.() ?? 0, process.getgid?.() ?? 0)
    await sftp.truncate(path, 3)
    await sftp.utimes(path, 1_000_000_000, new Date(1_100_000_000_500))
    const stat = await sftp.stat(path)
    expect(stat).toMatchObject({ filesize: 3, permissions: 0o100640, atime: 1_000_000_000, mtime: 1_100_000_000 })
    expect([stat.isFile(), stat.isDirectory(), stat.isSymbolicLink()]).toEqual([true, false, false])
    expect(statSync(path).mtimeMs).toBe(1_100_000_000_000)
    await expect(sftp.setstat(path, { uid: 1 })).rejects.toThrow('gid is required')
    expect((await sftp.stat(used.folder)).isDirectory()).toBe(true)
    await using file = await sftp.open(path, 'r+')
    await file.truncate(1)
    await file.setstat({ permissions: 0o600 })
    await file.sync()
    expect(await file.stat()).toMatchObject({ filesize: 1, permissions: 0o100600 })
    expect((await file.statvfs()).namemax).toBeGreaterThan(0)
    expect((await sftp.statvfs(used.folder)).bsize).toBeGreaterThan(0)
  })

  test('names of owners, home directories', async () => {
    const { sftp } = used
    const many = Array.from({ length: 2_500 }, (_, i) => 1_000_000 + i)
    const { users, groups } = await sftp.ownerNames({ users: [0, ...many, 1, 0], groups: [0, 4_294_967_295] })
    const name = (file: string, id: number) => readFileSync(file, 'utf8').split('\n').map((line) => line.split(':')).find((fields) => fields[2] === String(id))?.[0]
    expect([...users]).toEqual([[0, 'root'], [1, name('/etc/passwd', 1)]])
    expect([...groups]).toEqual([[0, name('/etc/group', 0)]])
    expect(await sftp.ownerNames({})).toEqual({ users: new Map(), groups: new Map() })
    expect(await sftp.homeDirectory()).toBe(await sftp.expandPath('~'))
    expect(await sftp.homeDirectory('daemon')).toBe('/usr/sbin')
    await expect(sftp.homeDirectory('no-such-user')).rejects.toMatchObject({ name: 'SftpError' })
    await expect(sftp.homeDirectory('../x')).rejects.toThrow(TypeError)
    for (const users of [[-1], [2 ** 32], [1.5]]) await expect(sftp.ownerNames({ users })).rejects.toThrow(RangeError)
    await expect(sftp.checkFile('/etc/passwd')).rejects.toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED' })
  })

  test('links, names and paths', async () => {
    const { sftp } = used
    const [path, link, hard] = [used.file('target'), used.file('link'), used.file('hard')]
    await sftp.writeFile(path, 'x')
    await sftp.symlink('target', link)
    expect(readlinkSync(link)).toBe('target')
    expect(await sftp.readlink(link)).toBe('target')
    expect((await sftp.lstat(link)).isSymbolicLink()).toBe(true)
    expect((await sftp.stat(link)).isFile()).toBe(true)
    expect(await sftp.realpath(link)).toBe(path)
    await sftp.hardlink(path, hard)
    expect(statSync(hard).ino).toBe(statSync(path).ino)
    await sftp.lsetstat(link, { atime: 1, mtime: 1_000_000_000 })
    expect(lstatSync(link).mtimeMs).toBe(1_000_000_000_000)
    expect(await sftp.expandPath('~')).toBe(await sftp.realpath('.'))
    await sftp.writeFile(used.file('other'), 'y')
    await expect(sftp.rename(path, used.file('other'), { overwrite: false })).rejects.toMatchObject({ code: 'ERR_SFTP_FAILURE' })
    await sftp.rename(path, used.file('other'))
    expect(readFileSync(used.file('other'), 'utf8')).toBe('x')
    await sftp.unlink(link)
    expect(await sftp.exists(link)).toBe(false)
  })

  test('the server copies by itself', async () => {
    const data = pattern(1_000_000)
    writeFileSync(used.file('original'), data)
    chmodSync(used.file('original'), 0o640)
    await used.sftp.copyFile(used.file('original'), used.file('copy'))
    expect(Buffer.compare(readFileSync(used.file('copy')), data)).toBe(0)
    expect(statSync(used.file('copy')).mode & 0o777).toBe(0o640)
    await using from = await used.sftp.open(used.file('original'))
    await using to = await used.sftp.open(used.file('copy'), 'r+')
    await from.copyTo(to, { position: 10, length: 5, targetPosition: 999_998 })
    expect(Buffer.compare(await to.read(10, 999_998), data.subarray(10, 15))).toBe(0)
  })

  test('directories, recursively', async () => {
    const { sftp } = used
    const top = used.file('a')
    await sftp.mkdir(`${top}/b/c`, { recursive: true, mode: 0o750 })
    await sftp.mkdir(`${top}/b/c`, { recursive: true })
    expect(statSync(`${top}/b`).mode & 0o777).toBe(0o750)
    await sftp.writeFile(`${top}/b/f`, 'f')
    await sftp.writeFile(`${top}/b/c/g`, 'g')
    symlinkSync('/etc', `${top}/b/etc`)
    const walked = []
    for await (const entry of sftp.walk(top)) walked.push(String(entry.path).slice(top.length))
    expect(walked.sort()).toEqual(['/b', '/b/c', '/b/c/g', '/b/etc', '/b/f'])
    await expect(sftp.mkdir(`${top}/b/f/x`, { recursive: true })).rejects.toBeInstanceOf(SftpError)
    await expect(sftp.rmdir(top)).rejects.toBeInstanceOf(SftpError)
    await expect(sftp.rm(top)).rejects.toBeInstanceOf(SftpError)
    await sftp.rm(top, { recursive: true })
    expect(await sftp.exists(top)).toBe(false)
    expect(statSync('/etc').isDirectory()).toBe(true)
    await sftp.rm(top, { force: true, recursive: true })
    await expect(sftp.rm(top)).rejects.toMatchObject({ code: 'ERR_SFTP_NO_SUCH_FILE' })
  })

  test('a file without a size is read to its end', async () => {
    expect((await used.sftp.readFile('/proc/self/status', 'utf8'))).toMatch(/^Name:/)
  })
})
