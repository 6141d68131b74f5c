import type { Client } from '../../../client/client.ts'
import type { Process } from '../../../client/process.ts'

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

  private constructor(process: Process) {
    this.#process = process
    this.#reader = process.stdout.getReader()
    this.#writer = process.stdin.getWriter()
    this.#told = pass(process.stderr)
    // It fails with everything else when the connection ends.
    this.#told.catch(() => {})
  }

  /** @param command for the server's shell, which expands patterns and variables in it, as in scp(1) */
  static async start(client: Client, command: string): Promise<Peer> {
    return new Peer(await client.exec(command))
  }

  /** Up to so many bytes; none at the end. */
  async read(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#reader.read()
      if (done) return Buffer.alloc(0)
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.length)
    }
    const part = this.#rest.subarray(0, most)
    this.#rest = this.#rest.subarray(part.length)
    return part
  }

  /** A line without its end, and what came of it if the other side ends within one. */
  async readLine(): Promise<Buffer> {
    const parts: Buffer[] = []
    for (let length = 0; length < LONGEST;) {
      const byte = await this.read(1)
      if (byte.length === 0 || byte[0] === NEWLINE) break
      parts.push(byte)
      length++
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

/** The remote command, as scp(1) writes it: the path is a word of the server's shell. */
export function remoteCommand(mode: 'f' | 't', path: string, { recursive, preserve, isDirectory = false }: { readonly recursive: boolean, readonly preserve: boolean, readonly isDirectory?: boolean }): string {
  const flags = `${recursive ? ' -r' : ''}${preserve ? ' -p' : ''}${isDirectory ? ' -d' : ''}`
  return `scp${flags} -${mode} ${path.startsWith('-') ? '-- ' : ''}${path || '.'}`
}

/** Shows what the other side writes to its stderr. */
async function pass(source: ReadableStream<Uint8Array>): Promise<void> {
  for await (const text of source as unknown as AsyncIterable<Uint8Array>) process.stderr.write(text)
}
