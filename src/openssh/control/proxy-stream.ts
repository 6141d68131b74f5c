import type { Client } from '../../client/client.ts'
import type { ChannelStream } from '../../client/channel-stream.ts'
import type { WireReader } from '../../wire-format/reader.ts'
import { Inbox, type LinkChannel } from './link.ts'

/** A connection to an address of the server that a program opened over the master. */
export class ProxyStream {
  readonly stdin: Inbox
  readonly #stream: ChannelStream

  /** @throws ChannelError if the server refuses or cannot connect; WireFormatError */
  static async open(client: Client, type: 'direct-tcpip' | 'direct-streamlocal@openssh.com', body: WireReader, out: LinkChannel): Promise<ProxyStream> {
    return new ProxyStream(type === 'direct-tcpip' ? await client.openTcp(body.text(), body.uint32()) : await client.openUnix(body.text()), out)
  }

  constructor(stream: ChannelStream, out: LinkChannel) {
    this.#stream = stream
    this.stdin = new Inbox((bytes) => out.used(bytes))
    void this.#serve(out)
  }

  /** Such channels have no requests. */
  async request(): Promise<boolean> {
    return false
  }

  close(): void {
    this.stdin.end(new Error('the program that shared the connection has gone'))
    void this.#stream.close()
  }

  async #serve(out: LinkChannel): Promise<void> {
    const sending = this.stdin.stream.pipeTo(this.#stream.writable).catch(() => {})
    try {
      for await (const part of this.#stream.readable) await out.write(part)
      out.eof()
      await Promise.race([sending, this.#stream.closed()])
    } catch {
      // The server, or this side, has ended it.
    }
    out.close()
  }
}
