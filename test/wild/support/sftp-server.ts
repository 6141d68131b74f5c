import type { Duplex } from 'node:stream'
import type { ServerChannel } from 'ssh2'
import type { Client, SftpClient } from '../../../src/index.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { Files } from './files.ts'
import { type Attributes, FXP, nameBytes, readRequest, type Request, type RequestName, writeAttributes } from './sftp-messages.ts'
import { login, type QuirkyServer, type QuirkyServerOptions, startQuirkyServer } from './ssh-server.ts'

export { type Attributes, FX, FXP, OPEN, type Request } from './sftp-messages.ts'

/** A file or directory that a client has opened. */
export interface OpenHandle {
  readonly path: string
  /** Of OPEN; a quirk may take some away. */
  flags: number
  /** The directory's names have been told. */
  listed: boolean
}

/** The ways to answer one request. */
export interface Answer {
  readonly files: Files
  readonly handles: Map<string, OpenHandle>
  /** What the request's handle stands for. */
  readonly open: OpenHandle | undefined
  status(code: number, words?: string): void
  handle(name: string): void
  data(bytes: Uint8Array): void
  attributes(attributes: Attributes): void
  /** Names as latin1, each with its `ls -l` line and attributes. */
  names(list: readonly (readonly [name: string, longname: string, attributes: Attributes])[]): void
  /** A packet of `type`; `body` follows the request's number. */
  packet(type: number, body: Uint8Array): void
}

/** Takes a kind of request over. `honest()` does what a server without this quirk does. */
export type Quirk = (request: Request, answer: Answer, honest: () => void) => void
export type Quirks = Partial<Record<RequestName, Quirk>>

export interface QuirkySftpOptions extends QuirkyServerOptions {
  /** Content by absolute path; `null` for a directory. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null>>
  readonly quirks?: Quirks
  /** Name and version of each extension that VERSION announces. */
  readonly extensions?: readonly (readonly [name: string, version: string])[]
  /** What VERSION says; 3 if nothing is given. */
  readonly version?: number
}

export interface QuirkySftpServer extends QuirkyServer {
  readonly files: Files
  /** All requests so far. */
  readonly requests: readonly Request[]
  /** Open files and directories of all channels. */
  readonly openHandles: number
  /** How many requests of that kind came. */
  count(name: RequestName): number
}

/** An SFTP server, version 3, over npm ssh2, with files in memory and the quirks that a test names. Nothing is judged, everything is noted. */
export async function startQuirkySftp({ files: content = {}, quirks = {}, extensions = [], version = 3, ...options }: QuirkySftpOptions = {}): Promise<QuirkySftpServer> {
  const files = new Files(content)
  const requests: Request[] = []
  const channels = new Set<Map<string, OpenHandle>>()
  const server = await startQuirkyServer({
    ...options,
    onSession(session, connection) {
      session.on('subsystem', (accept, reject, { name }) => {
        if (name !== 'sftp') return reject()
        const handles = new Map<string, OpenHandle>()
        channels.add(handles)
        serve(accept(), { files, quirks, extensions, version, requests, handles })
      })
      options.onSession?.(session, connection)
    },
  })
  return {
    ...server, files, requests,
    get openHandles() { return [...channels].reduce((sum, { size }) => sum + size, 0) },
    count: (name) => requests.filter((request) => request.name === name).length,
  }
}

interface Subsystem {
  readonly files: Files
  readonly quirks: Quirks
  readonly extensions: readonly (readonly [name: string, version: string])[]
  readonly version: number
  readonly requests: Request[]
  readonly handles: Map<string, OpenHandle>
}

function serve(channel: ServerChannel, subsystem: Subsystem): void {
  let input = Buffer.alloc(0)
  const stream: Duplex = channel
  stream.on('error', () => {})
  stream.on('end', () => {
    channel.exit(0)
    channel.end()
  })
  stream.on('data', (chunk: Buffer) => {
    input = Buffer.concat([input, chunk])
    while (input.length >= 4 && input.length >= 4 + input.readUInt32BE(0)) {
      const packet = input.subarray(4, 4 + input.readUInt32BE(0))
      input = input.subarray(4 + packet.length)
      take(stream, packet, subsystem)
    }
  })
}

function take(stream: Duplex, packet: Buffer, { files, quirks, extensions, version, requests, handles }: Subsystem): void {
  const send = (type: number, body: Uint8Array) => {
    stream.write(new WireWriter().uint32(body.length + 1).byte(type).bytes(body).finish())
  }
  if (packet[0] === FXP.INIT) {
    return send(FXP.VERSION, extensions.reduce((writer, [name, value]) => writer.string(name).string(value), new WireWriter().uint32(version)).finish())
  }
  const request = readRequest(packet)
  requests.push(request)
  const reply = (type: number, body: WireWriter) => send(type, new WireWriter().uint32(request.id).bytes(body.finish()).finish())
  const answer: Answer = {
    files, handles, open: handles.get(request.handle),
    status: (code, words = '') => reply(FXP.STATUS, new WireWriter().uint32(code).string(words).string('')),
    handle: (name) => reply(FXP.HANDLE, new WireWriter().string(name)),
    data: (bytes) => reply(FXP.DATA, new WireWriter().string(bytes)),
    attributes: (attributes) => reply(FXP.ATTRS, writeAttributes(new WireWriter(), attributes)),
    names: (list) => reply(FXP.NAME, list.reduce((writer, [name, longname, attributes]) => writeAttributes(writer.string(nameBytes(name)).string(longname), attributes), new WireWriter().uint32(list.length))),
    packet: (type, body) => reply(type, new WireWriter().bytes(body)),
  }
  const honest = () => files.answer(request, answer)
  const quirk = quirks[request.name]
  if (quirk) quirk(request, answer, honest)
  else honest()
}

/** Our client of such a server, for the time of `use`. */
export async function withSftp<T>(options: QuirkySftpOptions, use: (sftp: SftpClient, server: QuirkySftpServer, client: Client) => Promise<T>): Promise<T> {
  await using server = await startQuirkySftp(options)
  await using client = await login(server)
  await using sftp = await client.sftp()
  return await use(sftp, server, client)
}
