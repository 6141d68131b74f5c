import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SftpClient, SftpFile } from '../../../src/index.ts'

/** Calls of SFTP that the matrix tests together, all at the same time on one session. */
type SftpCall = (sftp: SftpClient, signal: AbortSignal) => (() => Promise<unknown>) | Promise<() => Promise<unknown>>

/** @param folder on the server's machine, which is this one. Every use has files of its own there, so none changes what another sees. */
export function sftpCalls(folder: string): Readonly<Record<string, SftpCall>> {
  let count = 0
  const unused = () => join(folder, `n${count++}`)
  const file = () => { const path = unused(); writeFileSync(path, 'text'); return path }
  const directory = () => { const path = unused(); mkdirSync(path); writeFileSync(join(path, 'inside'), 'text'); return path }
  const empty = () => { const path = unused(); mkdirSync(path); return path }
  const link = () => { const path = unused(); symlinkSync(folder, path); return path }

  const on = (use: (sftp: SftpClient, path: string, options: { signal: AbortSignal }) => Promise<unknown>, make: () => string = file): SftpCall => (sftp, signal) => {
    const path = make()
    return () => use(sftp, path, { signal })
  }
  const onFile = (use: (file: SftpFile, options: { signal: AbortSignal }) => Promise<unknown>): SftpCall => async (sftp, signal) => {
    const opened = await sftp.open(file(), 'r+')
    return () => use(opened, { signal })
  }

  return {
    'sftp.open': on((sftp, path, options) => sftp.open(path, 'r', options)),
    'sftp.appendFile': on((sftp, path, options) => sftp.appendFile(path, 'more', options)),
    'sftp.downloadDirectory': on((sftp, path, options) => sftp.downloadDirectory(path, unused(), options), directory),
    'sftp.uploadDirectory': on((sftp, path, options) => sftp.uploadDirectory(path, unused(), options), directory),
    'sftp.copyFile': on((sftp, path, options) => sftp.copyFile(path, unused(), options)),
    'sftp.list': on((sftp, path, options) => sftp.list(path, options), directory),
    'a loop over sftp.readdir()': on((sftp, path, options) => drained(sftp.readdir(path, options)), directory),
    'a loop over sftp.walk()': on((sftp, path, options) => drained(sftp.walk(path, options)), directory),
    'sftp.rmdir': on((sftp, path, options) => sftp.rmdir(path, options), empty),
    'sftp.rm': on((sftp, path, options) => sftp.rm(path, { recursive: true, ...options }), directory),
    'sftp.unlink': on((sftp, path, options) => sftp.unlink(path, options)),
    'sftp.lstat': on((sftp, path, options) => sftp.lstat(path, options)),
    'sftp.exists': on((sftp, path, options) => sftp.exists(path, options)),
    'sftp.setstat': on((sftp, path, options) => sftp.setstat(path, { permissions: 0o600 }, options)),
    'sftp.lsetstat': on((sftp, path, options) => sftp.lsetstat(path, { atime: 1, mtime: 2 }, options), link),
    'sftp.chmod': on((sftp, path, options) => sftp.chmod(path, 0o600, options)),
    'sftp.chown': on((sftp, path, options) => sftp.chown(path, process.getuid!(), process.getgid!(), options)),
    'sftp.utimes': on((sftp, path, options) => sftp.utimes(path, 1, 2, options)),
    'sftp.truncate': on((sftp, path, options) => sftp.truncate(path, 2, options)),
    'sftp.statvfs': on((sftp, path, options) => sftp.statvfs(path, options)),
    'sftp.rename': on((sftp, path, options) => sftp.rename(path, unused(), options)),
    'sftp.symlink': on((sftp, path, options) => sftp.symlink(path, unused(), options)),
    'sftp.hardlink': on((sftp, path, options) => sftp.hardlink(path, unused(), options)),
    'sftp.readlink': on((sftp, path, options) => sftp.readlink(path, options), link),
    'sftp.realpath': on((sftp, path, options) => sftp.realpath(path, options)),
    'sftp.expandPath': on((sftp, _, options) => sftp.expandPath('~', options)),
    'sftp.homeDirectory': on((sftp, _, options) => sftp.homeDirectory('', options)),
    'sftp.ownerNames': on((sftp, _, options) => sftp.ownerNames({ users: [0], groups: [0] }, options)),
    'file.stat': onFile((opened, options) => opened.stat(options)),
    'file.setstat': onFile((opened, options) => opened.setstat({ permissions: 0o600 }, options)),
    'file.truncate': onFile((opened, options) => opened.truncate(2, options)),
    'file.statvfs': onFile((opened, options) => opened.statvfs(options)),
    'file.copyTo': async (sftp, signal) => {
      const [source, target] = [await sftp.open(file()), await sftp.open(unused(), 'w')]
      return () => source.copyTo(target, { signal })
    },
  }
}

async function drained(entries: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of entries) { /* each */ }
}
