/// A shell that outlives the pages that show it: it keeps running while nobody looks, and whoever attaches sees its last output first.
import type { Client, Process } from 'libssh2-wasm'
import { Recent } from './recent.ts'
import { Viewer } from './viewer.ts'

/** Bytes of output that are kept for pages to come. */
const KEPT = 256 << 10
/** Bytes of input that the server has not taken. */
const MOST_INPUT = 1 << 20

export class KeptShell {
  readonly viewers = new Set<Viewer>()
  readonly #process: Process
  readonly #input: WritableStreamDefaultWriter<Uint8Array | string>
  readonly #recent = new Recent(KEPT)
  #queued = 0
  #moved = () => {}

  /** Resolves when the shell is over. Never rejects. */
  readonly over: Promise<void>

  private constructor(process: Process) {
    this.#process = process
    this.#input = process.stdin.getWriter()
    this.over = this.#show()
  }

  /** @throws ChannelError if the server refuses */
  static async start(client: Client, size: { readonly columns: number, readonly rows: number }): Promise<KeptShell> {
    return new KeptShell(await client.shell({ term: 'xterm-256color', ...size }))
  }

  /** @param socket the server's end of a WebSocketPair, accepted */
  attach(socket: WebSocket): void {
    const viewer: Viewer = new Viewer(socket, {
      input: (data) => this.#type(viewer, data),
      resize: (columns, rows) => void this.#process.resize(columns, rows).catch(() => {}),
      moved: () => this.#moved(),
      closed: () => this.viewers.delete(viewer),
    })
    const kept = this.#recent.bytes()
    viewer.tell({ type: 'attached', replayed: kept.length })
    viewer.send(kept)
    this.viewers.add(viewer)
  }

  #type(viewer: Viewer, data: Uint8Array): void {
    this.#queued += data.length
    if (this.#queued > MOST_INPUT) return viewer.close(1009, 'the server does not take so much input')
    this.#input.write(data).then(() => { this.#queued -= data.length }, () => {})
  }

  async #show(): Promise<void> {
    try {
      for await (const chunk of this.#process.stdout) {
        const bytes = chunk as Uint8Array<ArrayBuffer>
        this.#recent.add(bytes)
        for (const viewer of this.viewers) viewer.send(bytes)
        while ([...this.viewers].some(({ behind }) => behind)) await new Promise<void>((resolve) => { this.#moved = resolve })
      }
      const { code, signal } = await this.#process.exit
      this.#end((viewer) => viewer.tell({ type: 'ended', code: code ?? null, signal: signal ?? null }))
    } catch {
      this.#end((viewer) => viewer.tell({ type: 'lost' }))
    }
  }

  #end(tell: (viewer: Viewer) => void): void {
    for (const viewer of [...this.viewers]) {
      tell(viewer)
      viewer.close(1000, '')
    }
  }
}
