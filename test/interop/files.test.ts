import { afterAll, beforeAll, expect, it } from 'vitest'
import { LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE, type Session, type Sftp, SftpError } from '../../src/bindings/index.ts'
import { seededRandom } from '../support/random.ts'
import { openSession } from '../support/session.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { eachServer } from './each-server.ts'

eachServer((server, has) => {
  let directory: TemporaryDirectory
  beforeAll(() => {
    directory = temporaryDirectory('interop-files')
  })
  afterAll(() => directory.remove())

  it.runIf(has('sftp'))('SFTP: files written, read, listed, renamed and removed', async () => {
    await using session = await openSession(server())
    const sftp = await session.complete(() => session.sftpInit())
    const [path, moved] = [directory.file('größe'), directory.file('moved')]
    const sent = seededRandom(5).bytes(1_000_000)
    await write(session, sftp, path, sent)
    expect(await session.complete(() => sftp.stat(path))).toMatchObject({ filesize: sent.length })
    expect(Buffer.compare(await read(session, sftp, path), sent)).toBe(0)
    expect(await list(session, sftp, directory.path)).toContain('größe')
    await session.complete(() => sftp.rename(path, moved))
    await session.complete(() => sftp.mkdir(directory.file('folder')))
    expect((await list(session, sftp, directory.path)).filter((name) => !name.startsWith('.')).sort()).toEqual(['folder', 'moved'])
    await session.complete(() => sftp.rmdir(directory.file('folder')))
    await session.complete(() => sftp.unlink(moved))
    await expect(session.complete(() => sftp.stat(moved))).rejects.toBeInstanceOf(SftpError)
  })
})

async function write(session: Session, sftp: Sftp, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await session.complete(() => sftp.open(path, LIBSSH2_FXF_CREAT | LIBSSH2_FXF_WRITE | LIBSSH2_FXF_TRUNC))
  for (let at = 0; at < bytes.length;) at += (await session.complete(() => handle.write(bytes.subarray(at))))[0]
  await session.complete(() => handle.close())
}

async function read(session: Session, sftp: Sftp, path: string): Promise<Uint8Array> {
  const handle = await session.complete(() => sftp.open(path, LIBSSH2_FXF_READ))
  const parts: Uint8Array[] = []
  for (;;) {
    const [rc, part] = await session.complete(() => handle.read(262_144))
    if (rc === 0) break
    parts.push(part)
  }
  await session.complete(() => handle.close())
  return Buffer.concat(parts)
}

async function list(session: Session, sftp: Sftp, path: string): Promise<string[]> {
  const directory = await session.complete(() => sftp.opendir(path))
  const names: string[] = []
  for (;;) {
    const entry = await session.complete(() => directory.readdir())
    if (!entry) break
    names.push(entry.filename)
  }
  await session.complete(() => directory.close())
  return names
}
