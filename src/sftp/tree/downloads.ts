import { localFiles } from '#local-files'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { decodeText, encodeText } from '../../wire-format/bytes.ts'
import type { SftpStat } from '../protocol/attributes.ts'
import { unlessRefused } from '../protocol/remarks.ts'
import { downloadSmall } from '../transfer/download-small.ts'
import { download } from '../transfer/download.ts'
import type { LocalName, LocalPath } from '../../runtime/local-files.ts'
import type { SftpShared } from '../transfer/shared.ts'
import type { SftpEntry } from './entry.ts'
import { linksBack, staysInside } from './links.ts'
import { checkDepth, listAll } from './listing.ts'
import type { DirectoryTransferOptions, DirectoryTransferResult } from './options.ts'
import { type Copying, transferTree, type TreeRun } from './transfer-tree.ts'

/** A remote directory that is being copied to a local one. */
interface Down {
  readonly from: SftpPath
  readonly to: LocalName
  /** Names from the top down. */
  readonly names: readonly (string | Uint8Array)[]
  /** What the server says about it. */
  readonly about: SftpStat | undefined
  /** Absolute paths of this directory and those above it, if links are followed. */
  readonly real: readonly string[]
}

/** Copies everything below a remote directory, except names that would lead out of `target`. */
export function downloadDirectory(shared: SftpShared, path: SftpPath, target: LocalPath, options: DirectoryTransferOptions): Promise<DirectoryTransferResult> {
  return transferTree(shared, options, async function* (run) {
    const about = await unlessRefused(run.shared.requests.stat(path, run.signal))
    const real = options.links === 'follow' ? [await realPath(run, path)] : []
    yield* downloads(run, { from: path, to: target, names: [], about, real })
  })
}

async function realPath(run: TreeRun, path: SftpPath): Promise<string> {
  const real = await unlessRefused(run.shared.requests.realpath(path, run.signal))
  return decodeText(real ?? encodeText(path))
}

async function* downloads(run: TreeRun, at: Down): AsyncGenerator<Copying, void, undefined> {
  checkDepth(at.from, at.names.length)
  // Listed completely: a directory needs no handle while its files are copied.
  const entries = await run.slots.take(run.signal, () => listAll(run.shared.requests, at.from, run.signal))
  await makeDirectory(run, at)
  const inside = localFiles.inside(at.to)
  const below: Down[] = []
  for (const { entry, foreign } of entries) {
    if (foreign || localFiles.isForeign(entry.name)) {
      run.skipped.push(entry.path)
      continue
    }
    const found = run.options.links !== 'follow' && !entry.isSymbolicLink() ? { about: entry.attributes, real: [] } : await resolved(run, at, entry)
    if (!found || (run.options.filter && !await run.wants({ path: [...at.names, entry.name].map(nameText).join('/'), kind: found.about.kind ?? 'other', size: found.about.size, mtime: found.about.mtime }))) continue
    const to = inside(entry.name)
    if (found.about.isDirectory()) below.push({ from: entry.path, to, names: [...at.names, entry.name], about: found.about, real: found.real })
    else if (found.about.isFile()) yield fileDownload(run, entry.path, to, found.about)
    else if (entry.isSymbolicLink()) run.afterwards.push(() => makeLink(run, at, entry, to))
    else run.skipped.push(entry.path)
  }
  for (const directory of below) yield* downloads(run, directory)
}

const nameText = (name: string | Uint8Array) => typeof name === 'string' ? name : decodeText(name)

/** What to copy for the entry, as `links` says; `undefined` if it is skipped. */
async function resolved(run: TreeRun, at: Down, entry: SftpEntry): Promise<{ readonly about: SftpStat, readonly real: readonly string[] } | undefined> {
  const { links = 'skip' } = run.options
  if (!entry.isSymbolicLink()) return { about: entry.attributes, real: links === 'follow' ? [...at.real, `${at.real.at(-1)?.replace(/\/$/, '')}/${entry.filename}`] : [] }
  if (links === 'keep') return { about: entry.attributes, real: [] }
  const about = links === 'follow' ? await unlessRefused(run.shared.requests.stat(entry.path, run.signal)) : undefined
  const real = about?.isDirectory() ? await realPath(run, entry.path) : undefined
  if (!about || (real !== undefined && linksBack(at.real, real))) {
    run.skipped.push(entry.path)
    return undefined
  }
  return { about, real: real === undefined ? [] : [...at.real, real] }
}

function fileDownload({ shared, options }: TreeRun, path: SftpPath, to: string | Uint8Array, about: SftpStat): Copying {
  const { mode, preserve, atomic, unchanged } = options
  return {
    path,
    async copy(copyOptions) {
      if (unchanged === 'skip') {
        const there = await localFiles.look(to, true)
        if (there?.kind === 'file' && there.size === about.filesize && there.mtime === about.mtime) return undefined
      }
      const isPlain = !preserve && !atomic && unchanged !== 'skip' && typeof mode !== 'number'
      const small = isPlain ? await downloadSmall(shared.with(copyOptions), path, to, about, { mode, ...copyOptions }) : undefined
      return small ?? download(shared, path, to, { mode, preserve, atomic, times: unchanged === 'skip', ...copyOptions })
    },
  }
}

/** The bits of a directory's mode that are copied, and those that its owner needs to write into it. */
const DIRECTORY_MODE = 0o1777
const WRITABLE = 0o300

async function makeDirectory({ options: { mode, preserve }, afterwards }: TreeRun, { to, about }: Down): Promise<void> {
  const wanted = mode === false || about?.permissions === undefined ? undefined : about.permissions & DIRECTORY_MODE
  const isNew = await localFiles.makeDirectory(to, wanted === undefined ? undefined : wanted | WRITABLE)
  const laterMode = wanted !== undefined && (preserve || (isNew && (wanted & WRITABLE) !== WRITABLE)) ? wanted : undefined
  const times = preserve && about?.atime !== undefined && about.mtime !== undefined ? [about.atime, about.mtime] as const : undefined
  if (laterMode !== undefined || times) afterwards.push(() => localFiles.set(to, { mode: laterMode, times }))
}

/** Only after all files, so that nothing is written through a link that the server has made up. */
async function makeLink(run: TreeRun, at: Down, entry: SftpEntry, to: string | Uint8Array): Promise<void> {
  try {
    const bytes = await run.shared.requests.readlink(entry.path, run.signal)
    const there = await localFiles.look(to, false)
    if (!staysInside(bytes, at.names.length, (name) => localFiles.isForeign(name)) || (there && there.kind !== 'link')) {
      run.skipped.push(entry.path)
      return
    }
    if (there) await localFiles.remove(to)
    await localFiles.makeLink(bytes, to)
  } catch (error) {
    run.signal.throwIfAborted()
    run.refused.push({ path: entry.path, error })
  }
}
