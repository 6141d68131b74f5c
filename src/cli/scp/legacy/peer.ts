import type { Client } from '../../../client/client.ts'
import type { Process } from '../../../client/process.ts'
import { visible } from '../../terminal/visible.ts'
import type { LegacyOptions } from './options.ts'

/** The longest line of the protocol: a path and numbers. */
const LONGEST = 16_384
const NEWLINE = 10

/** scp on the server, which reads files (`scp -t`) or sends them (`scp -f`). Owner: the caller, with `end`. */
export class Peer {
  readonly #process: Process
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array | string>
  readonly #told: Promise<void>
  #rest: Buffer = Buffer.alloc(0)

  private constructor(scp: Process) {
    this.#process = scp
    this.#reader = scp.stdout.getReader()
    this.#writer = scp.stdin.getWriter()
    this.#told = show(scp.stderr, process.stderr)
    // It fails with everything else when the connection ends.
    this.#told.catch(() => {})
  }

  /** @param command for the server's shell, which expands patterns and variables in it, as in scp(1) */
  static async start(client: Client, command: string): Promise<Peer> {
    return new Peer(await client.exec(command))
  }

  /** Waits until something has come that nobody has taken. False at the end. */
  async #waiting(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#reader.read()
      if (done) return false
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.length)
    }
    return true
  }

  #take(most: number): Buffer {
    const part = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }

  /** Up to so many bytes; none at the end. */
  async read(most: number): Promise<Buffer> {
    return await this.#waiting() ? this.#take(most) : Buffer.alloc(0)
  }

  /** A line without its end, and what came of it if the other side ends within one. */
  async readLine(): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let left = LONGEST; left > 0 && await this.#waiting();) {
      const end = this.#rest.subarray(0, left).indexOf(NEWLINE)
      const part = this.#take(end < 0 ? left : end)
      parts.push(part)
      left = end < 0 ? left - part.length : 0
      if (end >= 0) this.#take(1)
    }
    return Buffer.concat(parts)
  }

  async write(bytes: Uint8Array | string): Promise<void> {
    await this.#writer.write(bytes)
  }

  /** Says that the other side may go on. */
  async agree(): Promise<void> {
    await this.write(new Uint8Array(1))
  }

  /** Nothing more comes from here. @returns whether the other side ended well */
  async end(): Promise<boolean> {
    await this.#writer.close().catch(() => {})
    while ((await this.read(65_536)).length > 0);
    await this.#told
    return (await this.#process.exit).code === 0
  }

  /** Ends it at once. */
  async stop(): Promise<void> {
    await this.#process.close()
  }
}

export interface CommandOptions extends Pick<LegacyOptions, 'recursive' | 'preserve'> {
  /** The target must be a directory. */
  readonly isDirectory?: boolean
}

/** The remote command, as scp(1) writes it: the path is a word of the server's shell. */
export function remoteCommand(mode: 'f' | 't', path: string, options: CommandOptions): string {
  return `${scpCommand(options)} -${mode} ${operand(path || '.')}`
}

/** The command that makes a server copy to another host by itself. */
export function copyCommand(path: string, target: string, options: CommandOptions): string {
  return `${scpCommand(options)} ${operand(path)} ${target}`
}

const scpCommand = ({ recursive, preserve, isDirectory = false }: CommandOptions) => `scp${recursive ? ' -r' : ''}${preserve ? ' -p' : ''}${isDirectory ? ' -d' : ''}`
const operand = (path: string) => `${path.startsWith('-') ? '-- ' : ''}${path}`

/** Shows what a process writes, which must not say in its place how the transfer goes: nothing in it moves the cursor. */
export async function show(source: ReadableStream<Uint8Array>, output: NodeJS.WritableStream): Promise<void> {
  const decoder = new TextDecoder()
  for await (const bytes of source as unknown as AsyncIterable<Uint8Array>) output.write(visible(decoder.decode(bytes, { stream: true })))
  output.write(visible(decoder.decode()))
}
