import type { ConnectConfig } from 'ssh2'
import { startOwnServer } from '../own-server.ts'

/** A request as the server gets it: its name, and which bytes it is about where it reads or writes. */
export interface Request {
  readonly name: string
  readonly offset: number
  readonly length: number
}

export interface MemoryOptions {
  /** What stands in the file. */
  readonly content?: Buffer
  /** The most bytes that a reply to READ has. */
  readonly mostRead?: number
  /** The size that the server says; that of the content by default. */
  readonly said?: number
  /** A status for a request instead of what it asks for; `null`: no answer. */
  readonly status?: (request: Request) => number | null | undefined
}

/** A server of SFTP, npm ssh2's, with one file in memory under every path. */
export interface MemoryServer {
  readonly to: ConnectConfig
  /** The names of the requests so far. */
  readonly requests: string[]
  /** The length of the longest READ or WRITE. */
  longest(): number
  /** What stands in the file now. */
  content(): Buffer
  stop(): Promise<void>
}

const [OK, EOF] = [0, 1]
const TRUNC = 0x10

/** Starts it, without the delays of Nagle's algorithm. */
export async function startMemoryServer({ content = Buffer.alloc(0), mostRead = Infinity, said, status = () => undefined }: MemoryOptions = {}): Promise<MemoryServer> {
  let file = Buffer.from(content)
  let longest = 0
  const requests: string[] = []
  const server = await startOwnServer((connection) => {
    ;(connection as unknown as { setNoDelay(): void }).setNoDelay()
    connection.on('session', (accept) => accept().on('sftp', (yes) => {
      const sftp = yes()
      /** Notes a request, and answers it: with the status that the test wants, or as it asks. */
      const on = (name: string, does: (id: number, ...given: never[]) => void, about: (...given: never[]) => [offset: number, length: number] = () => [0, 0]) => {
        sftp.on(name as 'CLOSE', (id: number, ...given: unknown[]) => {
          const [offset, length] = about(...given as never[])
          longest = Math.max(longest, length)
          requests.push(name)
          const answer = status({ name, offset, length })
          if (answer === undefined) does(id, ...given as never[])
          else if (answer !== null) sftp.status(id, answer)
        })
      }
      on('OPEN', (id, _path: string, flags: number) => {
        if (flags & TRUNC) file = Buffer.alloc(0)
        sftp.handle(id, Buffer.from('file'))
      })
      on('READ', (id, _handle: Buffer, offset: number, length: number) => {
        const data = file.subarray(offset, offset + Math.min(length, mostRead))
        if (data.length === 0) sftp.status(id, EOF)
        else sftp.data(id, data)
      }, (_handle: Buffer, offset: number, length: number) => [offset, length])
      on('WRITE', (id, _handle: Buffer, offset: number, data: Buffer) => {
        if (file.length < offset + data.length) file = Buffer.concat([file, Buffer.alloc(offset + data.length - file.length)])
        data.copy(file, offset)
        sftp.status(id, OK)
      }, (_handle: Buffer, offset: number, data: Buffer) => [offset, data.length])
      for (const name of ['FSTAT', 'STAT', 'LSTAT']) on(name, (id) => { sftp.attrs(id, { mode: 0o100644, uid: 0, gid: 0, size: said ?? file.length, atime: 0, mtime: 0 }) })
      for (const name of ['FSETSTAT', 'SETSTAT', 'CLOSE']) on(name, (id) => { sftp.status(id, OK) })
    }))
  })
  return { to: server.to, requests, longest: () => longest, content: () => file, stop: server.stop }
}
