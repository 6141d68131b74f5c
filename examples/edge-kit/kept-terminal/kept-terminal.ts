/// The Durable Object: it holds one SSH session, with its keys, and deciphers it. Whoever runs this Worker can read what is typed and shown.
import { DurableObject } from 'cloudflare:workers'
import type { Client } from 'libssh2-wasm'
import { failed, refuse } from '../answer.ts'
import { logIn, type Server } from '../server.ts'
import { KeptShell } from './shell.ts'
import { sizeOf } from './viewer.ts'

export interface Env extends Server {
  readonly TERMINALS: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
  /** A secret: requests carry it. Who has it can run anything as SSH_USER. */
  readonly API_TOKEN?: string
  /** Seconds for one command. Default: 60. */
  readonly TIMEOUT?: string
  /** The session ends when nobody has used it for so many seconds. Default: 600. */
  readonly IDLE_SECONDS?: string
}

/** The most bytes of stdout, and as many of stderr, of one command. */
const MOST_OUTPUT = 1 << 20
/** The most bytes of a command. */
const LONGEST_COMMAND = 64 << 10

declare const WebSocketPair: new () => { 0: WebSocket, 1: WebSocket & { accept(): void } }

/** What `GET /NAME` tells. */
export interface Status {
  readonly connected: boolean
  /** Commands that this session has run so far. */
  readonly commands: number
  /** Pages that show the shell; undefined if there is no shell. */
  readonly viewers?: number
}

export class KeptTerminal extends DurableObject<Env> {
  #client: Promise<Client> | undefined
  #shell: Promise<KeptShell> | undefined
  #viewers: () => number = () => 0
  #commands = 0
  #busy = 0
  #used = 0
  /** An object with a running timer is not evicted; there is one only while a session is kept. */
  #timer: ReturnType<typeof setInterval> | undefined

  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const [, , action = ''] = pathname.split('/')
    // Whoever asks does not use it.
    if (request.method === 'GET' && action === '') return Response.json(this.#status())
    this.#used = Date.now()
    this.#busy++
    try {
      switch (`${request.method} ${action}`) {
        case 'DELETE ': return await this.#end()
        case 'POST run': return await this.#run(await request.text())
        case 'GET shell': return await this.#attach(request, sizeOf(searchParams))
        default: return refuse(404, 'GET /NAME, DELETE /NAME, POST /NAME/run or GET /NAME/shell')
      }
    } catch (error) {
      return failed(error)
    } finally {
      this.#busy--
      this.#used = Date.now()
    }
  }

  #status(): Status {
    return { connected: this.#client !== undefined, commands: this.#commands, ...this.#shell !== undefined && { viewers: this.#viewers() } }
  }

  async #run(command: string): Promise<Response> {
    if (command.trim() === '' || command.length > LONGEST_COMMAND) return refuse(400, `the body is the command: 1 to ${LONGEST_COMMAND} characters`)
    const { client, fresh } = await this.#session()
    const { stdout, stderr, exit } = await client.run(command, { timeout: Number(this.env.TIMEOUT ?? 60) * 1000, maxBuffer: MOST_OUTPUT })
    this.#commands++
    return Response.json({ stdout, stderr, exit, fresh })
  }

  async #attach(request: Request, size: ReturnType<typeof sizeOf>): Promise<Response> {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return refuse(426, 'this is a WebSocket', { upgrade: 'websocket' })
    if (size === undefined) return refuse(400, 'columns and rows are whole numbers from 1 to 10000')
    const { client } = await this.#session()
    this.#shell ??= this.#start(client, size)
    const shell = await this.#shell
    const { 0: outer, 1: inner } = new WebSocketPair()
    inner.accept()
    shell.attach(inner)
    return new Response(null, { status: 101, headers: { 'sec-websocket-protocol': 'terminal' }, webSocket: outer } as ResponseInit)
  }

  async #start(client: Client, size: NonNullable<ReturnType<typeof sizeOf>>): Promise<KeptShell> {
    try {
      const shell = await KeptShell.start(client, size)
      this.#viewers = () => shell.viewers.size
      void shell.over.then(() => { this.#shell = undefined })
      return shell
    } catch (error) {
      this.#shell = undefined
      throw error
    }
  }

  /** The kept session, or a new one. `fresh`: it was made for this call. */
  async #session(): Promise<{ readonly client: Client, readonly fresh: boolean }> {
    const fresh = this.#client === undefined
    this.#client ??= this.#connect()
    return { client: await this.#client, fresh }
  }

  async #connect(): Promise<Client> {
    try {
      const client = await logIn(this.env, { keepalive: { interval: 30_000 } })
      this.#commands = 0
      this.#timer = setInterval(() => this.#endIfIdle(client), 5000)
      void client.closed.then(() => {
        clearInterval(this.#timer)
        this.#client = undefined
      })
      return client
    } catch (error) {
      this.#client = undefined
      throw error
    }
  }

  #endIfIdle(client: Client): void {
    if (this.#busy > 0 || this.#viewers() > 0) this.#used = Date.now()
    else if (Date.now() - this.#used > Number(this.env.IDLE_SECONDS ?? 600) * 1000) void client.close()
  }

  async #end(): Promise<Response> {
    const client = await this.#client?.catch(() => undefined)
    await client?.close()
    return new Response(null, { status: 204 })
  }
}
