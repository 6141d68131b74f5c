/// POST /run/NAME : runs one of the configured commands on a server over SSH and streams its output.
import type { Client, Process } from 'libssh2-wasm'
import { failed, refuse, unauthorized } from '../answer.ts'
import { authorized } from '../bearer.ts'
import { problem } from '../problem.ts'
import { logIn, type Server } from '../server.ts'

export interface Env extends Server {
  /** A secret: requests carry `Authorization: Bearer …` with it. */
  readonly API_TOKEN: string
  /** JSON: the command for each NAME. Requests add nothing to a command. */
  readonly COMMANDS: string
  /** Seconds for everything. Default: 60. */
  readonly TIMEOUT?: string
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    let client: Client | undefined
    try {
      if (!(await authorized(request, env.API_TOKEN))) return unauthorized()
      if (request.method !== 'POST') return refuse(405, 'POST only', { allow: 'POST' })
      const command = commandOf(new URL(request.url).pathname, env.COMMANDS)
      if (command === undefined) return refuse(403, 'not one of the commands')
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(Number(env.TIMEOUT ?? 60) * 1000)])
      client = await logIn(env, { signal })
      const process = await client.exec(command, { signal })
      await process.stdin.close()
      return new Response(events(client, process, signal), { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } })
    } catch (error) {
      await client?.close()
      return failed(error)
    }
  },
}

function commandOf(path: string, commands: string): string | undefined {
  const [, name = ''] = /^\/run\/([\w-]{1,100})$/.exec(path) ?? []
  const table = JSON.parse(commands) as Record<string, string>
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Milliseconds between empty lines: a Worker learns that the reader has left only when it writes. */
const HEARTBEAT = 1000

/**
 * One line of JSON per event: `{"stdout":"…"}`, `{"stderr":"…"}`, at the end `{"exit":{"code":0,"signal":null,…}}` or `{"error":{…}}`; empty
 * lines mean nothing.
 * Output is text: bytes that are not UTF-8 become U+FFFD. When the reader stops reading, the SSH session ends.
 */
function events(client: Client, process: Process, signal: AbortSignal): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  const write = (text: string) => writer.write(encoder.encode(`${text}\n`))
  const heartbeat = setInterval(() => { if ((writer.desiredSize ?? 0) > 0) write('').catch(() => {}) }, HEARTBEAT)
  const close = () => {
    clearInterval(heartbeat)
    void client.close().catch(() => {})
  }
  signal.addEventListener('abort', close, { once: true })
  writer.closed.catch(close)

  async function copy(name: 'stdout' | 'stderr'): Promise<void> {
    const decoder = new TextDecoder()
    for await (const chunk of process[name]) await write(JSON.stringify({ [name]: decoder.decode(chunk, { stream: true }) }))
  }
  async function all(): Promise<void> {
    try {
      await Promise.all([copy('stdout'), copy('stderr')])
      await write(JSON.stringify({ exit: await process.exit }))
    } catch (error) {
      const { status: _, ...body } = problem(signal.aborted ? signal.reason : error)
      await write(JSON.stringify({ error: body }))
    } finally {
      close()
    }
    await writer.close()
  }
  // It fails when nobody reads any more.
  all().catch(() => {})
  return readable
}
