import { able, record } from '../errors/arguments.ts'
import type { Exit } from '../bindings/channel/channel.ts'
import { SSHError } from '../errors/ssh-error.ts'
import type { Shell } from './shell.ts'

/** Requests of the side with the terminal. Each request has one answer, so that streams wait for each other across the port. */
type Request =
  | { readonly id: number, readonly ask: 'stdout' | 'stderr' | 'exit' | 'end' | 'close' }
  | { readonly id: number, readonly ask: 'write', readonly chunk: Uint8Array | string }
  | { readonly id: number, readonly ask: 'resize', readonly columns: number, readonly rows: number }
type Question = Request extends infer R ? R extends Request ? Omit<R, 'id'> : never : never

/** `value`: a chunk, null at the end of a stream, or how the shell has ended. */
type Answer = { readonly id: number, readonly value: Uint8Array | Exit | null } | { readonly id: number, readonly error: { readonly name: string, readonly message: string, readonly code: string } }

/**
 * Lends a shell to the other end of a MessagePort, where `receiveShell` returns it: the session stays here, e.g. in a Web Worker,
 * and the terminal is there. It needs no transferable streams. The port and the shell's streams belong to this function from now on.
 */
export function sendShell(shell: Shell, port: MessagePort): void {
  checkPort(port)
  able(record(shell, 'shell').stdout, 'shell.stdout', 'a ReadableStream', 'getReader')
  able(shell.stdin, 'shell.stdin', 'a WritableStream', 'getWriter')
  const readers = { stdout: shell.stdout.getReader(), stderr: shell.stderr?.getReader() }
  const writer = shell.stdin.getWriter()
  writer.closed.catch(() => {})
  const read = async (name: 'stdout' | 'stderr') => whole((await readers[name]?.read())?.value ?? null)
  const answer = async (request: Request): Promise<Uint8Array | Exit | null> => {
    switch (request.ask) {
      case 'stdout':
      case 'stderr': return read(request.ask)
      case 'exit': return shell.exit
      case 'write': return nothing(writer.write(request.chunk))
      case 'resize': return nothing(shell.resize(request.columns, request.rows))
      case 'end': return nothing(writer.close())
      case 'close': return nothing(shell.close())
    }
  }
  port.addEventListener('message', ({ data }: MessageEvent<Request>) => {
    const { id } = data
    answer(data).then(
      (value) => port.postMessage({ id, value } satisfies Answer, value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : []),
      (error: unknown) => port.postMessage({ id, error: describe(error) } satisfies Answer),
    )
  })
  port.start()
}

/** The shell that `sendShell` lends at the other end of `port`. Errors of the session arrive as `SSHError` with their `code`. */
export function receiveShell(port: MessagePort): Shell {
  checkPort(port)
  const waiting = new Map<number, { resolve(value: Uint8Array | Exit | null): void, reject(error: SSHError): void }>()
  let last = 0
  port.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('error' in data) asked?.reject(revive(data.error))
    else asked?.resolve(data.value)
  })
  port.start()
  const ask = (question: Question) => new Promise<Uint8Array | Exit | null>((resolve, reject) => {
    const id = ++last
    waiting.set(id, { resolve, reject })
    port.postMessage({ ...question, id })
  })
  const exit = ask({ ask: 'exit' }) as Promise<Exit>
  exit.catch(() => {})
  return {
    stdin: new WritableStream({
      write: async (chunk) => { await ask({ ask: 'write', chunk }) },
      close: async () => { await ask({ ask: 'end' }) },
      abort: async () => { await ask({ ask: 'close' }) },
    }),
    stdout: readable(() => ask({ ask: 'stdout' })),
    stderr: readable(() => ask({ ask: 'stderr' })),
    exit,
    resize: async (columns, rows) => { await ask({ ask: 'resize', columns, rows }) },
    close: async () => { await ask({ ask: 'close' }) },
  }
}

const checkPort = (port: MessagePort) => able(port, 'port', 'a MessagePort', 'addEventListener', 'postMessage', 'start')

/** Only a chunk that has its memory to itself can be transferred. */
function whole(chunk: Uint8Array | null): Uint8Array | null {
  return chunk && chunk.byteLength < chunk.buffer.byteLength ? chunk.slice() : chunk
}

function readable(next: () => Promise<Uint8Array | Exit | null>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const chunk = await next()
      if (chunk instanceof Uint8Array) controller.enqueue(chunk)
      else controller.close()
    },
  }, { highWaterMark: 0 })
}

async function nothing(promise: Promise<void>): Promise<null> {
  await promise
  return null
}

function describe(error: unknown): { name: string, message: string, code: string } {
  const { name = 'SSHError', message = String(error), code = 'ERR_SHELL' } = (error ?? {}) as Partial<SSHError>
  return { name, message, code }
}

function revive({ name, message, code }: { name: string, message: string, code: string }): SSHError {
  const error = new SSHError(message, { code })
  error.name = name
  return error
}
