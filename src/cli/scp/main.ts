import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { reasonOf } from '../../errors/reason-of.ts'
import { type GivenOption, getopt } from '../getopt.ts'
import { Terminal } from '../terminal/terminal.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import type { LocalStat } from '../../runtime/local-files.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import { type CopyOptions, isLocalDirectory, isRemoteDirectory } from '../transfer/copy.ts'
import { copyDown } from '../transfer/copy-down.ts'
import { copyUp } from '../transfer/copy-up.ts'
import { lookAt } from '../transfer/local.ts'
import { parseFlow, parseLimit, transferOptions } from '../transfer/options.ts'
import { expandRemoteGlob, expandRemoteHome } from '../transfer/remote-path.ts'
import { Hosts } from '../transfer/hosts.ts'
import { UsageError } from '../usage-error.ts'
import { Stopped } from './stopped.ts'
import { parsePlace, type Place } from './place.ts'
import { localWords, refusalWords } from '../transfer/words.ts'

const LETTERS = '12346ABCD:F:J:M:OP:RS:TX:c:i:l:o:pqrsv'
/** The exit code where scp(1) gives up at once. */
const FATAL = 255
type RemotePlace = Extract<Place, { host: string }>

/** scp(1). @returns the exit code to end with */
export function scp(words: readonly string[]): Promise<number> {
  const { options, rest } = getopt(words, LETTERS)
  if (rest.length < 2) throw new UsageError('scp needs a source and a target')
  return copyAll(rest.slice(0, -1).map((text) => parsePlace(text)), parsePlace(rest.at(-1)!), options)
}

/** `get [-pr] host:path [local path]`. @returns the exit code to end with */
export function get(words: readonly string[]): Promise<number> {
  const { options, rest } = getopt(words, LETTERS)
  const [place, local = '.', ...more] = rest
  if (place === undefined) throw new UsageError('get needs [user@]host:path')
  if (more.length > 0) throw new UsageError('get takes one local path')
  const source = parsePlace(place)
  if (!('host' in source) || source.path === '') throw new UsageError(`not [user@]host:path: ${JSON.stringify(place)}`)
  return copyAll([source], { local }, options)
}

/** `put [-pr] local path … host:path`. @returns the exit code to end with */
export function put(words: readonly string[]): Promise<number> {
  const { options, rest } = getopt(words, LETTERS)
  if (rest.length < 2) throw new UsageError('put needs a local path and [user@]host:path')
  const target = parsePlace(rest.at(-1)!)
  if (!('host' in target)) throw new UsageError(`not [user@]host:path: ${JSON.stringify(rest.at(-1))}`)
  return copyAll(rest.slice(0, -1).map((local) => ({ local })), target, options)
}

async function copyAll(sources: readonly Place[], target: Place, given: readonly GivenOption[]): Promise<number> {
  const has = (letter: string) => given.some(([name]) => name === letter)
  const terminal = new Terminal()
  let failed = false
  const tell = (text: string) => {
    failed = true
    terminal.tell(text, 'ERROR')
  }
  const copy: CopyOptions = { recursive: has('r'), preserve: has('p'), limit: parseLimit(given), progress: !has('q'), follow: true, fail: (text) => { tell(`scp: ${text}`) }, leaveOut: (text) => { terminal.tell(`scp: ${text}`, 'ERROR') } }
  await using hosts = new Hosts(transferOptions(given), terminal, parseFlow(given, ''))
  try {
    if ('local' in target && sources.length > 1) await mustBeDirectory(target.local, tell)
    if (has('O')) await (await import('./legacy/copy.ts')).copyLegacy(sources, target, hosts, { ...copy, anyName: has('T'), atSource: has('R'), tell, failed: () => { failed = true } })
    else if ('local' in target) await toLocal(sources, target.local, hosts, copy)
    else await toRemote(sources, target, hosts, copy)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    return error.code
  }
  return failed ? 1 : 0
}

/** @throws Stopped after its reason was told */
async function mustBeDirectory(path: string, tell: (text: string) => void): Promise<void> {
  const status = await stat(path).catch(() => undefined)
  if (status?.isDirectory()) return
  tell(`${path}: ${status ? 'Not a directory' : 'No such file or directory'}`)
  throw new Stopped()
}

async function toLocal(sources: readonly Place[], target: string, hosts: Hosts, copy: CopyOptions): Promise<void> {
  for (const source of sources) {
    if ('local' in source) throw new UsageError('either the source or the target must be on another host')
    const sftp = await hosts.sftp(source)
    const missing = () => { failMissing(source, copy) }
    const paths = await expandRemoteGlob(sftp, source.path || '.')
    if (paths.length === 0) missing()
    if (paths.length > 1 && !await isPlaceForMany(target, copy)) continue
    const into = await isLocalDirectory(target)
    for (const path of paths) await copyDown(sftp, path, into ? appended(target, path) : target, copy, missing)
  }
}

/** Nothing on the host is called so. */
function failMissing({ path }: RemotePlace, { fail }: CopyOptions): void {
  fail(`${path || '.'}: No such file or directory`)
}

/** Several files of one pattern go into a directory, which is made. */
async function isPlaceForMany(target: string, { fail }: CopyOptions): Promise<boolean> {
  const status = await stat(target).catch(() => undefined)
  if (status && !status.isDirectory()) fail(`Multiple files match pattern, but destination "${target}" is not a directory`)
  if (status) return status.isDirectory()
  try {
    await mkdir(target)
    return true
  } catch (error) {
    fail(`local mkdir "${target}": ${localWords(error) ?? reasonOf(error)}`)
    return false
  }
}

/** The path in a directory: the contents of `.` and `..` go into it as they are, and never above it. */
function appended(directory: string, source: string): string {
  const name = posix.basename(source)
  return `${directory}${directory.endsWith('/') ? '' : '/'}${name === '..' || name === '' ? '.' : name}`
}

async function toRemote(sources: readonly Place[], target: RemotePlace, hosts: Hosts, copy: CopyOptions): Promise<void> {
  const sftp = await hosts.sftp(target), shown = target.path || '.'
  const path = await expandRemoteHome(sftp, shown)
  let into = await isRemoteDirectory(sftp, path)
  for (const source of sources) {
    if ('host' in source) {
      if (sources.length > 1 && !into) into = await newDirectory(sftp, path, 0o777, copy)
      await between(source, hosts, sftp, into, path, copy)
      continue
    }
    const status = await lookAt(source.local)
    if (typeof status === 'string') {
      copy.fail(`stat local "${source.local}": ${status}`)
      throw new Stopped(FATAL)
    }
    if (sources.length > 1 && !into) into = await newDirectory(sftp, path, status.mode | 0o700, copy)
    await upOne(sftp, source.local, status, into ? appended(path, source.local) : path, shown, copy)
  }
}

async function upOne(sftp: SftpClient, local: string, status: LocalStat, remote: string, shown: string, copy: CopyOptions): Promise<void> {
  if (await copyUp(sftp, local, status, remote, copy)) return
  copy.fail(`failed to upload ${status.kind === 'directory' && copy.recursive ? 'directory' : 'file'} ${local} to ${shown}`)
}

/** The directory for several sources, which scp(1) makes. @throws Stopped */
async function newDirectory(sftp: SftpClient, path: string, mode: number, { fail }: CopyOptions): Promise<true> {
  try {
    await sftp.mkdir(path, { mode: mode & 0o7777 })
    return true
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    fail(`remote mkdir "${path}": ${refusalWords(error)}`)
    throw new Stopped(FATAL)
  }
}

/** From one host to another, through a local folder: like `scp -3`. */
async function between(source: RemotePlace, hosts: Hosts, sftp: SftpClient, into: boolean, path: string, copy: CopyOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scp-'))
  try {
    const from = await hosts.sftp(source)
    const missing = () => { failMissing(source, copy) }
    const found = await expandRemoteGlob(from, source.path || '.')
    if (found.length === 0) missing()
    for (const remote of found) {
      const held = join(folder, 'held')
      await copyDown(from, remote, held, { ...copy, progress: false }, missing)
      const status = await lookAt(held)
      if (typeof status !== 'string') await copyUp(sftp, held, status, into ? appended(path, remote) : path, copy)
      await rm(held, { recursive: true, force: true })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
