/// Local files for SFTP and SCP transfers on Node, Deno and Bun.
import { tellingSystemErrors } from '../../errors/system-error.ts'
import { Buffer } from 'node:buffer'
import { chmod, lstat, mkdir, readdir, readlink, realpath, rename, rm, stat, symlink, utimes } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LocalFiles, LocalName } from '../../runtime/local-files.ts'
import { kindOf, localStat, openLocalFile, readSmallFile, writeSmallFile } from './node-file.ts'

/** As Node takes it: bytes only as a `Buffer`. */
const named = (path: LocalName) => {
  if (path instanceof URL) return path
  if (typeof path !== 'string' && !(path instanceof Uint8Array)) throw new TypeError('a local path must be a string, a file: URL or bytes')
  if (typeof path === 'string' ? path.includes('\0') : path.includes(0)) throw new TypeError('a local path must not contain a NUL')
  return path instanceof Uint8Array ? Buffer.from(path.buffer, path.byteOffset, path.length) : path
}
const bytesOf = (path: LocalName): Buffer => path instanceof Uint8Array ? Buffer.from(path) : Buffer.from(path instanceof URL ? fileURLToPath(path) : path)
const isUtf8 = (name: Buffer) => Buffer.from(name.toString()).equals(name)
const textOrBytes = (name: Buffer) => isUtf8(name) ? name.toString() : new Uint8Array(name)
const windows = globalThis.process.platform === 'win32'
const SLASH = 0x2f
/** Only on these systems are names bytes; elsewhere the file system uses characters. */
const namesAreBytes = !windows && globalThis.process.platform !== 'darwin'

const files: LocalFiles = {
  open: (path, how, mode) => openLocalFile(named(path), how, mode),
  readSmall: (path, most) => readSmallFile(named(path), most),
  writeSmall: (path, mode, data) => writeSmallFile(named(path), mode, data),

  async list(path) {
    const entries = await readdir(named(path), { withFileTypes: true })
    // Lists again, as bytes, only if a name was not text.
    if (!entries.some(({ name }) => name.includes('\u{fffd}'))) return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
    return (await readdir(named(path), { withFileTypes: true, encoding: 'buffer' })).map((entry) => ({ name: textOrBytes(entry.name), kind: kindOf(entry) }))
  },

  async look(path, follow) {
    try {
      return localStat(await (follow ? stat : lstat)(named(path)))
    } catch (error) {
      if (/^E(NOENT|NOTDIR|LOOP)$/.test(String((error as NodeJS.ErrnoException).code))) return undefined
      throw error
    }
  },

  async makeDirectory(path, mode = 0o777) {
    try {
      await mkdir(named(path), mode)
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST' && (await stat(named(path))).isDirectory()) return false
      if (code !== 'ENOENT') throw error
      const parent = files.beside(path, () => '.')
      await mkdir(named(parent), { recursive: true })
      await mkdir(named(path), mode)
      return true
    }
  },

  async set(path, { mode, times }) {
    if (mode !== undefined) await chmod(named(path), mode)
    if (times) await utimes(named(path), ...times)
  },

  rename: (source, target) => rename(named(source), named(target)),
  remove: (path) => rm(named(path), { force: true }),
  readLink: async (path) => textOrBytes(await readlink(named(path), { encoding: 'buffer' })),
  makeLink: (target, path) => symlink(named(target), named(path)),
  realPath: (path) => realpath(named(path)),

  join(folder, name) {
    if (typeof name === 'string' && !(folder instanceof Uint8Array)) return join(typeof folder === 'string' ? folder : fileURLToPath(folder), name)
    return new Uint8Array(Buffer.concat([bytesOf(folder), Buffer.from('/'), bytesOf(name)]))
  },

  inside(folder) {
    if (folder instanceof Uint8Array) return (name) => files.join(folder, name)
    // What stands before every name: Node's `join` looks at each character of the folder again.
    const before = join(folder instanceof URL ? fileURLToPath(folder) : folder, 'x').slice(0, -1)
    return (name) => typeof name === 'string' ? before + name : files.join(folder, name)
  },

  beside(path, change) {
    if (path instanceof Uint8Array) {
      // For a name of bytes: the addition is text, and Latin-1 keeps each byte.
      const latin = Buffer.from(path).toString('latin1')
      const at = latin.lastIndexOf('/') + 1
      return new Uint8Array(Buffer.from(latin.slice(0, at) + change(latin.slice(at)), 'latin1'))
    }
    const text = path instanceof URL ? fileURLToPath(path) : path
    return join(dirname(text), change(basename(text)))
  },

  isForeign(name) {
    if (typeof name !== 'string') return !namesAreBytes || name.includes(SLASH) || name.includes(0)
    return windows ? /[\\/:\0]/.test(name) : /[/\0]/.test(name)
  },

  text: (path) => path instanceof Uint8Array ? Buffer.from(path).toString() : String(path),
}

export const localFiles: LocalFiles = tellingSystemErrors(files)
