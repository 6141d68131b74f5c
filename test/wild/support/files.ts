import { type Attributes, FX, OPEN, type Request } from './sftp-messages.ts'
import type { Answer, OpenHandle } from './sftp-server.ts'

/** Something that the server keeps; a directory has no content. */
export interface Kept {
  content: Uint8Array | null
  mode: number
  mtime: number
}

const TYPE = { file: 0o100000, directory: 0o040000 } as const
const PIECE = 32768

/** Files in memory, and what a server without any quirk does with them. Paths are absolute. */
export class Files {
  readonly #kept = new Map<string, Kept>()
  #handles = 0

  /** @param files content by path; `null` for a directory. */
  constructor(files: Readonly<Record<string, string | Uint8Array | null>>) {
    this.#kept.set('/', { content: null, mode: 0o755, mtime: 1 })
    for (const [path, content] of Object.entries(files)) this.put(path, content)
  }

  put(path: string, content: string | Uint8Array | null, mode = content === null ? 0o755 : 0o644): void {
    this.#kept.set(path, { content: typeof content === 'string' ? Buffer.from(content) : content, mode, mtime: 1 })
  }

  has(path: string): boolean {
    return this.#kept.has(path)
  }

  get(path: string): Kept | undefined {
    return this.#kept.get(path)
  }

  delete(path: string): boolean {
    return this.#kept.delete(path)
  }

  /** Content as text, for assertions. */
  text(path: string): string | undefined {
    const content = this.#kept.get(path)?.content
    return content ? Buffer.from(content).toString() : undefined
  }

  get paths(): string[] {
    return [...this.#kept.keys()]
  }

  attributes(path: string): Attributes {
    const { content, mode, mtime } = this.#kept.get(path) as Kept
    return { size: content?.length ?? 4096, uid: 0, gid: 0, mode: (content ? TYPE.file : TYPE.directory) | mode, mtime }
  }

  /** Names below a directory. */
  list(path: string): string[] {
    const base = path === '/' ? '/' : `${path}/`
    return this.paths.filter((one) => one !== '/' && one.startsWith(base) && !one.slice(base.length).includes('/')).map((one) => one.slice(base.length))
  }

  write(path: string, offset: number, data: Uint8Array): void {
    const kept = this.#kept.get(path)
    if (!kept?.content) return
    const grown = new Uint8Array(Math.max(kept.content.length, offset + data.length))
    grown.set(kept.content)
    grown.set(data, offset)
    kept.content = grown
  }

  set(path: string, { size, mode, mtime }: Attributes): void {
    const kept = this.#kept.get(path)
    if (!kept) return
    if (size !== undefined && kept.content) kept.content = Buffer.concat([kept.content, Buffer.alloc(size)]).subarray(0, size)
    if (mode !== undefined) kept.mode = mode & 0o7777
    if (mtime !== undefined) kept.mtime = mtime
  }

  /** The answer of an honest server. */
  answer(request: Request, answer: Answer): void {
    const path = request.path.replace(/(.)\/+$/, '$1')
    const open = answer.handles.get(request.handle)
    const parent = path.replace(/\/[^/]*$/, '') || '/'
    const found = this.#kept.get(path)
    switch (request.name) {
      case 'OPEN': return this.#open(request, answer, path, parent)
      case 'OPENDIR': return found?.content === null ? this.#opened(answer, { path, flags: 0, listed: false }) : answer.status(FX.NO_SUCH_FILE)
      case 'CLOSE': return answer.status(answer.handles.delete(request.handle) ? FX.OK : FX.FAILURE)
      case 'READ': return this.#read(request, answer, open)
      case 'WRITE': {
        if (!open) return answer.status(FX.FAILURE)
        this.write(open.path, open.flags & OPEN.APPEND ? this.#kept.get(open.path)?.content?.length ?? 0 : request.offset, request.data)
        return answer.status(FX.OK)
      }
      case 'STAT': case 'LSTAT': return found ? answer.attributes(this.attributes(path)) : answer.status(FX.NO_SUCH_FILE)
      case 'FSTAT': return open && this.has(open.path) ? answer.attributes(this.attributes(open.path)) : answer.status(FX.FAILURE)
      case 'SETSTAT': case 'FSETSTAT': {
        const about = open?.path ?? path
        if (!this.has(about)) return answer.status(FX.NO_SUCH_FILE)
        this.set(about, request.attributes)
        return answer.status(FX.OK)
      }
      case 'READDIR': {
        if (!open || open.listed) return answer.status(FX.EOF)
        open.listed = true
        const base = open.path === '/' ? '/' : `${open.path}/`
        const names = this.list(open.path)
        return names.length ? answer.names(names.map((name) => [name, '', this.attributes(base + name)])) : answer.status(FX.EOF)
      }
      case 'MKDIR': {
        if (found) return answer.status(FX.FAILURE, 'exists')
        if (this.#kept.get(parent)?.content !== null) return answer.status(FX.NO_SUCH_FILE)
        this.put(path, null, request.attributes.mode ?? 0o755)
        return answer.status(FX.OK)
      }
      case 'REMOVE': return found?.content ? answer.status(this.delete(path) ? FX.OK : FX.FAILURE) : answer.status(found ? FX.FAILURE : FX.NO_SUCH_FILE)
      case 'RMDIR': return found?.content === null && this.list(path).length === 0 && this.delete(path) ? answer.status(FX.OK) : answer.status(found ? FX.FAILURE : FX.NO_SUCH_FILE)
      case 'RENAME': {
        if (!found) return answer.status(FX.NO_SUCH_FILE)
        if (this.has(request.path2)) return answer.status(FX.FAILURE)
        this.#kept.set(request.path2, found)
        this.#kept.delete(path)
        return answer.status(FX.OK)
      }
      case 'REALPATH': return answer.names([[path === '.' || path === '' ? '/' : path, '', {}]])
      case 'READLINK': case 'SYMLINK': case 'EXTENDED': return answer.status(FX.OP_UNSUPPORTED)
    }
  }

  #opened(answer: Answer, handle: OpenHandle): void {
    const name = `h${++this.#handles}`
    answer.handles.set(name, handle)
    answer.handle(name)
  }

  #open({ flags, attributes }: Request, answer: Answer, path: string, parent: string): void {
    const found = this.#kept.get(path)
    if (found?.content === null) return answer.status(FX.FAILURE, 'is a directory')
    if (found && flags & OPEN.EXCL) return answer.status(FX.FAILURE, 'exists')
    if (!found) {
      if (!(flags & OPEN.CREAT) || this.#kept.get(parent)?.content !== null) return answer.status(FX.NO_SUCH_FILE)
      this.put(path, new Uint8Array(), attributes.mode)
    }
    if (found && flags & OPEN.TRUNC) found.content = new Uint8Array()
    this.#opened(answer, { path, flags, listed: false })
  }

  #read({ offset, length }: Request, answer: Answer, open: OpenHandle | undefined): void {
    const content = open && this.#kept.get(open.path)?.content
    if (!content) return answer.status(FX.FAILURE)
    if (offset >= content.length) return answer.status(FX.EOF)
    answer.data(content.subarray(offset, offset + Math.min(length, PIECE)))
  }
}
