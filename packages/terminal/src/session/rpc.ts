/// Calls across a MessagePort, in both directions: `calls(port, mine)` answers with the methods of `mine` and returns those of the other side.
import type { Failure } from './messages.ts'

/** A failure of the other side. */
export class RemoteError extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

type Methods<T> = { readonly [K in keyof T]: (...values: never[]) => Promise<unknown> }
type Message =
  | { readonly id: number, readonly method: string, readonly values: readonly unknown[] }
  | { readonly id: number, readonly result: unknown }
  | { readonly id: number, readonly failure: Failure }

export interface Calls<Theirs> {
  readonly theirs: Theirs
  /** The other side has gone: pending and later calls reject. */
  end(reason: Failure): void
}

export function calls<Theirs extends Methods<Theirs>, Mine extends Methods<Mine>>(port: MessagePort, mine: Mine): Calls<Theirs> {
  const waiting = new Map<number, { resolve(value: unknown): void, reject(error: RemoteError): void }>()
  let last = 0
  let gone: Failure | undefined

  async function answer(id: number, method: string, values: readonly unknown[]): Promise<void> {
    try {
      if (!Object.hasOwn(mine, method)) throw new TypeError(`there is no method ${method}`)
      const result = await mine[method as keyof Mine](...values as never[])
      port.postMessage({ id, result } satisfies Message)
    } catch (error) {
      port.postMessage({ id, failure: describe(error) } satisfies Message)
    }
  }

  port.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if ('method' in data) return void answer(data.id, data.method, data.values)
    const call = waiting.get(data.id)
    waiting.delete(data.id)
    if ('failure' in data) call?.reject(new RemoteError(data.failure))
    else call?.resolve(data.result)
  })
  port.start()
  const theirs = new Proxy({} as Theirs, {
    get: (_, method: string) => (...values: unknown[]) => new Promise((resolve, reject) => {
      if (gone) return reject(new RemoteError(gone))
      const id = ++last
      waiting.set(id, { resolve, reject })
      port.postMessage({ id, method, values } satisfies Message, values.filter((value) => value instanceof MessagePort))
    }),
  })
  return {
    theirs,
    end(reason) {
      gone ??= reason
      for (const call of waiting.values()) call.reject(new RemoteError(gone))
      waiting.clear()
      port.close()
    },
  }
}

/** Any error as plain data. If the gateway was the cause, its error says more than the resulting one. */
export function describe(error: unknown): Failure {
  if (error instanceof RemoteError) return error.failure
  if (error instanceof Error && /^ERR_(WEBSOCKET|GATEWAY)/.test(String((error.cause as Partial<Failure> | undefined)?.code))) return describe(error.cause)
  const { name = 'Error', message = String(error), code, ...more } = (error ?? {}) as Partial<Failure>
  const { expected, received, methodsLeft } = more
  return { name, message, code: typeof code === 'string' ? code : name, expected, received, methodsLeft, closeCode: closeCode(error, message) }
}

/** Close codes of gateways: 1001 and those from 4000 on. */
function closeCode(error: unknown, message: string): number | undefined {
  const told = (error as { readonly closeCode?: unknown } | undefined)?.closeCode ?? /\bcode (\d{4})\b/.exec(message)?.[1]
  return told === undefined ? undefined : Number(told)
}
