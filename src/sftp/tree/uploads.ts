import { localFiles } from '#local-files'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { decodeText } from '../../wire-format/bytes.ts'
import type { SftpStat } from '../protocol/attributes.ts'
import { joinPath } from '../protocol/paths.ts'
import { isRefusal, isShortage, unlessRefused } from '../protocol/remarks.ts'
import type { LocalEntry, LocalName, LocalPath, LocalStat } from '../../runtime/local-files.ts'
import type { TransferProgress } from '../transfer/options.ts'
import type { SftpShared } from '../transfer/shared.ts'
import { type ByteSource, openLocalSource, smallSource } from '../transfer/sources.ts'
import { uploadSource } from '../transfer/upload.ts'
import { linksBack } from './links.ts'
import { checkDepth, readDirectory } from './listing.ts'
import { makeDirectories } from './make-directories.ts'
import type { DirectoryTransferOptions, DirectoryTransferResult } from './options.ts'
import { type Copying, type CopyOptions, transferTree, type TreeRun } from './transfer-tree.ts'

/** A local directory that is being copied to a remote one. */
interface Up {
  readonly from: LocalName
  readonly to: SftpPath
  /** Names from the top down. */
  readonly names: readonly (string | Uint8Array)[]
  /** Absolute paths of this directory and those above it, if links are followed. */
  readonly real: readonly string[]
}

/** State of a whole tree. */
interface UpRun {
  readonly run: TreeRun
  /** The server has refused to open a file with a mode, so none is sent any more. */
  modesRefused: boolean
}

/** Copies everything below a local directory. */
export function uploadDirectory(shared: SftpShared, source: LocalPath, path: SftpPath, options: DirectoryTransferOptions): Promise<DirectoryTransferResult> {
  return transferTree(shared, options, async function* (run) {
    const real = options.links === 'follow' ? [await localFiles.realPath(source)] : []
    yield* uploads({ run, modesRefused: false }, { from: source, to: path, names: [], real })
  })
}

async function* uploads(up: UpRun, at: Up): AsyncGenerator<Copying, void, undefined> {
  const { run } = up
  checkDepth(at.to, at.names.length)
  const [entries] = await Promise.all([localFiles.list(at.from), makeDirectory(up, at)])
  const there = run.options.unchanged === 'skip' ? await remoteFiles(run, at.to) : undefined
  const inside = localFiles.inside(at.from)
  const below: Up[] = []
  for (const { name, kind: kindThere } of entries) {
    const from = inside(name)
    const kind = kindThere === 'link' ? await resolved(run, at, from, kindThere) : kindThere
    if (kind === undefined) continue
    if (run.options.filter && !await run.wants(await treeEntry([...at.names, name], from, kind))) continue
    const to = joinPath(at.to, name)
    if (kind === 'directory') below.push({ from, to, names: [...at.names, name], real: run.options.links === 'follow' ? [...at.real, await localFiles.realPath(from)] : [] })
    else if (kind === 'file') yield { path: from, copy: (options) => copyFile(up, from, to, there?.get(nameText(name)), options) }
    else if (kind === 'link') run.afterwards.push(() => makeLink(run, from, to))
    else run.skipped.push(from)
  }
  for (const directory of below) yield* uploads(up, directory)
}

const nameText = (name: string | Uint8Array) => typeof name === 'string' ? name : decodeText(name)

async function treeEntry(names: readonly (string | Uint8Array)[], from: LocalName, kind: LocalEntry['kind']) {
  const stat = await localFiles.look(from, kind !== 'link')
  return { path: names.map(nameText).join('/'), kind, size: stat?.size, mtime: stat?.mtime }
}

/** The path as the result names it. */
const pathOf = (path: LocalName) => path instanceof Uint8Array ? path : localFiles.text(path)

/** What to copy for the entry, as `links` says; `undefined` if it is skipped. */
async function resolved(run: TreeRun, at: Up, from: string | Uint8Array, kind: LocalEntry['kind']): Promise<LocalEntry['kind'] | undefined> {
  const { links = 'skip' } = run.options
  if (kind !== 'link' || links === 'keep') return kind
  const about = links === 'follow' ? await localFiles.look(from, true) : undefined
  if (about && !(about.kind === 'directory' && linksBack(at.real, await localFiles.realPath(from)))) return about.kind
  run.skipped.push(from)
  return undefined
}

/** Names, sizes and times of existing files. */
async function remoteFiles(run: TreeRun, path: SftpPath): Promise<ReadonlyMap<string, SftpStat>> {
  const files = new Map<string, SftpStat>()
  await run.slots.take(run.signal, async () => {
    for await (const entry of readDirectory(run.shared.requests, path, run.signal)) if (entry.isFile()) files.set(entry.filename, entry.attributes)
  })
  return files
}

function copyFile(up: UpRun, from: string | Uint8Array, to: SftpPath, there: SftpStat | undefined, options: CopyOptions): Promise<TransferProgress | undefined> {
  const small = smallSource(from)
  return small ? copySource(up, small, from, to, there, options) : copyLarge(up, from, to, there, options)
}

async function copyLarge(up: UpRun, from: string | Uint8Array, to: SftpPath, there: SftpStat | undefined, options: CopyOptions): Promise<TransferProgress | undefined> {
  await using source = await openLocalSource(from, 0)
  return await copySource(up, source, from, to, there, options)
}

async function copySource(up: UpRun, source: ByteSource, from: string | Uint8Array, to: SftpPath, there: SftpStat | undefined, options: CopyOptions): Promise<TransferProgress | undefined> {
  const { mode, preserve, atomic, unchanged } = up.run.options
  if (there && there.filesize === source.size && there.mtime === source.stat?.mtime) return undefined
  const onRefused = (error: unknown) => { up.run.refused.push({ path: from, error }) }
  const shared = up.run.shared.with(options)
  const send = (sent: number | false | undefined) => uploadSource(shared, source, to, 0, { preserve, atomic, times: unchanged === 'skip', onRefused, ...options, mode: sent })
  const implied = mode ?? (up.modesRefused ? false : undefined)
  try {
    return await send(implied)
  } catch (error) {
    // The caller did not ask for this mode, and the server may refuse it: tries once without it, and the result says so.
    const refusedOpen = implied === undefined && isRefusal(error) && error instanceof SftpError && error.operation === 'open' && (!isShortage(error) || options.alone())
    if (!refusedOpen) throw error
    const done = await send(false).catch(() => { throw error })
    up.modesRefused = true
    onRefused(error)
    return done
  }
}

/** The bits of a directory's mode that are copied, and those that its owner needs to write into it. */
const DIRECTORY_MODE = 0o1777
const WRITABLE = 0o300

async function makeDirectory({ run }: UpRun, { from, to }: Up): Promise<void> {
  const { shared: { requests }, signal, options: { mode, preserve } } = run
  const stat = await localFiles.look(from, true)
  const wanted = mode === false || !stat ? undefined : stat.mode & DIRECTORY_MODE
  let isNew = true
  if (wanted === undefined) {
    isNew = await makeDirectories(requests, to, {}, signal)
  } else {
    try {
      isNew = await makeDirectories(requests, to, { permissions: wanted | WRITABLE }, signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      // The mode may be the reason for the refusal: tries once without it, and the result says so.
      isNew = await makeDirectories(requests, to, {}, signal).catch(() => { throw error })
      run.refused.push({ path: pathOf(from), error })
    }
  }
  const attributes = attributesAfter(stat, wanted, { preserve, isNew })
  if (attributes) run.afterwards.push(async () => {
    try {
      await requests.setstat(to, attributes, signal)
    } catch (error) {
      if (!isRefusal(error)) throw error
      run.refused.push({ path: pathOf(from), error })
    }
  })
}

function attributesAfter(stat: LocalStat | undefined, wanted: number | undefined, { preserve, isNew }: { readonly preserve: boolean | undefined, readonly isNew: boolean }) {
  const permissions = wanted !== undefined && (preserve || (isNew && (wanted & WRITABLE) !== WRITABLE)) ? { permissions: wanted } : {}
  const times = preserve && stat ? { atime: stat.atime, mtime: stat.mtime } : {}
  return Object.keys({ ...permissions, ...times }).length > 0 ? { ...permissions, ...times } : undefined
}

/** Replaces a link that already exists. */
async function makeLink(run: TreeRun, from: string | Uint8Array, to: SftpPath): Promise<void> {
  const { requests } = run.shared
  try {
    const target = await localFiles.readLink(from)
    const there = await unlessRefused(requests.lstat(to, run.signal))
    if (there?.isSymbolicLink()) await requests.remove(to, run.signal)
    await requests.symlink(target, to, run.signal)
  } catch (error) {
    run.signal.throwIfAborted()
    run.refused.push({ path: from, error })
  }
}
