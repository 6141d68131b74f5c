import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { basename, posix } from 'node:path'
import { expandGlob, isGlob } from '../../openssh/glob.ts'
import { expandHome, thisUser } from '../../openssh/config/tokens.ts'
import { type CopyOptions, isLocalDirectory, isRemoteDirectory } from '../transfer/copy.ts'
import { copyDown } from '../transfer/copy-down.ts'
import { copyUp } from '../transfer/copy-up.ts'
import { lookAt } from '../transfer/local.ts'
import { expandRemoteGlob } from '../transfer/remote-path.ts'
import { visibleLine } from '../terminal/visible.ts'
import { exactly, flagsOf, numberOf } from './flags.ts'
import { columns, listDirectory } from './listing.ts'
import { SFTP_HELP } from './help.ts'
import type { SftpState } from './state.ts'
import { LineError, plain } from './words.ts'

type Command = (state: SftpState, words: readonly string[]) => Promise<void> | void

/** Each command throws on failure, which ends batch mode. @throws whatever went wrong */
export const COMMANDS: Readonly<Record<string, Command>> = {
  async cd(state, words) {
    const path = await state.remote(words.length === 0 ? '.' : exactly('cd', words, 1)[0]!)
    const target = await state.sftp.realpath(words.length === 0 ? '.' : path)
    if (!(await state.sftp.stat(target)).isDirectory()) throw new LineError(`Can't change directory: "${target}" is not a directory`)
    state.directory = target
  },
  pwd(state) { state.print(`Remote working directory: ${state.directory}`) },
  lpwd(state) { state.print(`Local working directory: ${process.cwd()}`) },
  lcd(_state, words) { process.chdir(words.length === 0 ? thisUser().home : localPath(exactly('lcd', words, 1)[0]!)) },
  lmkdir(_state, words) { mkdirSync(localPath(exactly('lmkdir', words, 1)[0]!)) },
  lls(_state, words) { spawnSync('ls', words.map(plain), { stdio: 'inherit' }) },
  lumask(state, words) {
    process.umask(numberOf('umask', words[0], 8))
    state.print(`Local umask: ${process.umask().toString(8).padStart(3, '0')}`)
  },
  '!'(_state, words) { spawnSync(process.env['SHELL'] || '/bin/sh', words.length === 0 ? [] : ['-c', words.join(' ')], { stdio: 'inherit' }) },
  ls: list,
  dir: list,
  get: (state, words) => download(state, words, false),
  reget: (state, words) => download(state, words, true),
  mget: (state, words) => download(state, words, false),
  put: (state, words) => upload(state, words, false),
  reput: (state, words) => upload(state, words, true),
  mput: (state, words) => upload(state, words, false),
  async mkdir(state, words) { await state.sftp.mkdir(await state.remote(exactly('mkdir', words, 1)[0]!), { mode: 0o777 }) },
  async rmdir(state, words) { await state.sftp.rmdir(await state.remote(exactly('rmdir', words, 1)[0]!)) },
  async rm(state, words) {
    for (const path of await remoteMatches(state, words[0], 'rm')) {
      state.print(`Removing ${path}`)
      await state.sftp.unlink(path)
    }
  },
  async rename(state, words) {
    const { rest } = flagsOf('rename', words, 'l')
    const [from, to] = exactly('rename', rest, 2)
    await state.sftp.rename(await state.remote(from!), await state.remote(to!))
  },
  async copy(state, words) {
    const [from, to] = exactly('copy', words, 2)
    await state.sftp.copyFile(await state.remote(from!), await state.remote(to!))
  },
  async ln(state, words) {
    const { flags, rest } = flagsOf('ln', words, 's')
    const [from, to] = exactly('ln', rest, 2)
    if (flags.has('s')) await state.sftp.symlink(from!, await state.remote(to!))
    else await state.sftp.hardlink(await state.remote(from!), await state.remote(to!))
  },
  async symlink(state, words) {
    const [from, to] = exactly('symlink', words, 2)
    await state.sftp.symlink(from!, await state.remote(to!))
  },
  chmod: (state, words) => change(state, 'chmod', words, 8, (mode) => ({ permissions: mode })),
  chown: (state, words) => change(state, 'chown', words, 10, (uid, { gid = 0 }) => ({ uid, gid })),
  chgrp: (state, words) => change(state, 'chgrp', words, 10, (gid, { uid = 0 }) => ({ uid, gid })),
  async df(state, words) {
    const { flags, rest } = flagsOf('df', words, 'hi')
    const { blocks, bfree, bavail, frsize, files, ffree } = await state.sftp.statvfs(await state.remote(plain(rest[0] ?? '.')))
    const [total, free, left] = flags.has('i') ? [files, ffree, ffree] : [blocks, bfree, bavail].map((count) => Math.floor(count * frsize / 1024))
    const used = total! - free!
    const share = total === 0 ? 0 : Math.floor(used * 100 / total!)
    state.print(flags.has('i') ? '     Inodes        Used       Avail      (root)    %Capacity' : '        Size         Used        Avail       (root)    %Capacity')
    state.print(`${[total!, used, left!, free!].map((value) => String(value).padStart(12)).join(' ')}         ${String(share).padStart(3)}%`)
  },
  progress(state) {
    state.progress = !state.progress
    state.print(`Progress meter ${state.progress ? 'enabled' : 'disabled'}`)
  },
  version(state) { state.print('SFTP protocol version 3') },
  help(state) { state.print(SFTP_HELP) },
  '?'(state) { state.print(SFTP_HELP) },
  quit(state) { state.ended = true },
  bye(state) { state.ended = true },
  exit(state) { state.ended = true },
}

async function list(state: SftpState, words: readonly string[]): Promise<void> {
  const { flags, rest } = flagsOf('ls', words, '1afhlnrSt')
  const pattern = rest[0]
  if (pattern === undefined) return printAll(state, await listDirectory(state.sftp, state.directory, flags))
  const paths = await remoteMatches(state, pattern, 'ls')
  const [only] = paths
  if (paths.length === 1 && await isRemoteDirectory(state.sftp, only!)) return printAll(state, await listDirectory(state.sftp, only!, flags, isGlob(pattern) ? '' : `${plain(pattern).replace(/\/+$/, '')}/`))
  const names = await Promise.all(paths.map(async (path) => {
    const shown = visibleLine(plain(pattern).startsWith('/') ? path : posix.relative(state.directory, path))
    return flags.has('l') ? `${((await state.sftp.lstat(path)).permissions ?? 0).toString(8)} ${shown}` : shown
  }))
  return printAll(state, flags.has('l') || flags.has('1') ? names : columns(names))
}

function printAll(state: SftpState, lines: readonly string[]): void {
  for (const line of lines) state.print(line)
}

/** The remote paths that a word matches. @throws LineError if nothing matches */
async function remoteMatches(state: SftpState, word: string | undefined, command: string): Promise<readonly string[]> {
  if (word === undefined) throw new LineError(`You must specify a path after a ${command} command.`)
  const absolute = await state.remote(word)
  const found = await expandRemoteGlob(state.sftp, absolute)
  if (found.length === 0) throw new LineError(`File "${absolute}" not found.`)
  return found
}

async function download(state: SftpState, words: readonly string[], again: boolean): Promise<void> {
  const { flags, rest } = flagsOf('get', words, 'afPpRr')
  const [pattern, target] = rest
  const paths = await remoteMatches(state, pattern, 'get')
  const local = target === undefined ? '.' : localPath(plain(target))
  const into = await isLocalDirectory(local)
  if (paths.length > 1 && !into) throw new LineError(`Multiple source paths, but destination "${local}" is not a directory`)
  await copying(state, flags, again, (path) => `Retrieving ${path}`, async (options) => {
    for (const path of paths) {
      const name = posix.basename(path), to = target === undefined ? name : into ? `${local}${local.endsWith('/') ? '' : '/'}${name}` : local
      if (paths.length === 1 && !await state.sftp.exists(path)) {
        options.fail(`File "${path}" not found.`)
        continue
      }
      state.print(options.resume ? `Resuming ${path} to ${to}` : `Fetching ${path} to ${to}`)
      await copyDown(state.sftp, path, to, options, () => { options.fail('stat remote: No such file or directory') })
    }
  })
}

async function upload(state: SftpState, words: readonly string[], again: boolean): Promise<void> {
  const { flags, rest } = flagsOf('put', words, 'afPpRr')
  const [pattern, target] = rest
  if (pattern === undefined) throw new LineError('You must specify a path after a put command.')
  const found = isGlob(pattern.replace(/\\./g, '')) ? expandGlob(localPath(pattern)) : []
  const paths = found.length > 0 ? found : [localPath(plain(pattern))]
  const remote = target === undefined ? state.directory : await state.remote(plain(target))
  const into = await isRemoteDirectory(state.sftp, remote)
  if (paths.length > 1 && !into) throw new LineError(`Multiple paths match, but destination "${remote}" is not a directory`)
  await copying(state, flags, again, (path) => `Entering ${path}`, async (options) => {
    for (const path of paths) {
      const status = await lookAt(path)
      if (typeof status === 'string') {
        options.fail(`stat ${path}: ${status}`)
        continue
      }
      const to = into ? posix.join(remote, basename(path)) : remote
      const shown = status.kind === 'directory' && !path.endsWith('/') ? `${path}/` : path
      state.print(options.resume ? `Resuming upload of ${shown} to ${to}` : `Uploading ${shown} to ${to}`)
      await copyUp(state.sftp, shown, status, to, options)
    }
  })
}

/** Reports the failure of one file at once, and makes the command fail after the last file. @param entering what is printed for each directory of a tree */
async function copying(state: SftpState, flags: ReadonlySet<string>, again: boolean, entering: (path: string) => string, work: (options: CopyOptions) => Promise<void>): Promise<void> {
  let failed = false
  const fail = (text: string) => {
    failed = true
    state.complain(text)
  }
  await work({
    ...state.copy, recursive: flags.has('r') || flags.has('R'), preserve: flags.has('p') || flags.has('P'), resume: again || flags.has('a'), progress: state.progress, follow: false,
    fail, leaveOut: state.complain, enter: (path) => { state.print(entering(path)) },
  })
  if (failed) throw new LineError('')
}

type Owner = { readonly uid?: number | undefined, readonly gid?: number | undefined }

async function change(state: SftpState, command: string, words: readonly string[], base: 8 | 10, attributes: (value: number, owner: Owner) => { permissions: number } | { uid: number, gid: number }): Promise<void> {
  const { rest } = flagsOf(command, words, 'h')
  const value = numberOf(command, rest[0], base)
  for (const path of await remoteMatches(state, rest[1], command)) {
    state.print(`Changing ${command === 'chmod' ? 'mode' : command === 'chown' ? 'owner' : 'group'} on ${path}`)
    await state.sftp.setstat(path, attributes(value, base === 10 ? await state.sftp.stat(path) : {}))
  }
}

function localPath(path: string): string {
  return expandHome(path, thisUser())
}
