import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, posix } from 'node:path'
import { type GivenOption, getopt } from '../getopt.ts'
import { Terminal } from '../terminal/terminal.ts'
import { type CopyOptions, copyDown, copyUp, isLocalDirectory, isRemoteDirectory } from '../transfer/copy.ts'
import { parseFlow, parseLimit, transferOptions } from '../transfer/options.ts'
import { expandRemoteGlob, expandRemoteHome } from '../transfer/remote-path.ts'
import { Hosts } from '../transfer/hosts.ts'
import { UsageError } from '../usage-error.ts'
import { Stopped } from './stopped.ts'
import { parsePlace, type Place } from './place.ts'

const LETTERS = '12346ABCD:F:J:M:OP:RS:TX:c:i:l:o:pqrsv'
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
  const copy: CopyOptions = { recursive: has('r'), preserve: has('p'), limit: parseLimit(given), progress: !has('q'), fail: (text) => { tell(`scp: ${text}`) } }
  await using hosts = new Hosts(transferOptions(given), terminal, parseFlow(given, ''))
  try {
    if ('local' in target && sources.length > 1) await mustBeDirectory(target.local, has('O') ? tell : copy.fail)
    if (has('O')) await (await import('./legacy/copy.ts')).copyLegacy(sources, target, hosts, { ...copy, anyName: has('T'), atSource: has('R'), tell, failed: () => { failed = true } })
    else if ('local' in target) await toLocal(sources, target.local, hosts, copy)
    else await toRemote(sources, target, hosts, copy)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
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
    const paths = await expandRemoteGlob(sftp, source.path || '.')
    if (paths.length === 0) copy.fail(`${source.path}: No such file or directory`)
    if (paths.length > 1) await mustBeDirectory(target, copy.fail)
    const into = await isLocalDirectory(target)
    for (const path of paths) await copyDown(sftp, path, into ? join(target, nameOf(path, await realName(sftp, path))) : target, copy)
  }
}

/** `host:.` and `host:..` get the directory's real name, or none. */
function nameOf(path: string, real: string): string {
  const name = posix.basename(path)
  return name === '.' || name === '..' || name === '' ? posix.basename(real) : name
}

async function realName(sftp: Awaited<ReturnType<Hosts['sftp']>>, path: string): Promise<string> {
  return /(^|\/)\.{0,2}\/?$/.test(path) ? sftp.realpath(path) : path
}

async function toRemote(sources: readonly Place[], target: RemotePlace, hosts: Hosts, copy: CopyOptions): Promise<void> {
  const sftp = await hosts.sftp(target)
  const path = await expandRemoteHome(sftp, target.path || '.')
  const into = await isRemoteDirectory(sftp, path)
  if (sources.length > 1 && !into) return copy.fail(`${target.path}: ${await sftp.exists(path) ? 'Not a directory' : 'No such file or directory'}`)
  if (!into && /\/$/.test(path)) return copy.fail(`${target.path}: No such directory`)
  for (const source of sources) {
    if ('local' in source) {
      await copyUp(sftp, source.local, into ? posix.join(path, basename(source.local)) : path, copy)
      continue
    }
    await between(source, hosts, sftp, into, path, copy)
  }
}

/** From one host to another, through a local folder: like `scp -3`. */
async function between(source: RemotePlace, hosts: Hosts, sftp: Awaited<ReturnType<Hosts['sftp']>>, into: boolean, path: string, copy: CopyOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'scp-'))
  try {
    const from = await hosts.sftp(source)
    for (const remote of await expandRemoteGlob(from, source.path || '.')) {
      const held = join(folder, 'held')
      await copyDown(from, remote, held, { ...copy, progress: false })
      await copyUp(sftp, held, into ? posix.join(path, nameOf(remote, await realName(from, remote))) : path, copy)
      await rm(held, { recursive: true, force: true })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
