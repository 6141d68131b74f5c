/** Carries a byte stream of this worker over a port, one message per chunk. Each side asks for the next, so that both wait for each other. */
interface Stream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

type Message = { readonly id: number, readonly ask: 'read' | 'end' | 'cancel' } | { readonly id: number, readonly ask: 'write', readonly chunk: Uint8Array }
type Answer = { readonly id: number, readonly chunk: Uint8Array | null } | { readonly id: number, readonly error: string }

export function lendStream({ readable, writable }: Stream, port: MessagePort): void {
  const reader = readable.getReader()
  const writer = writable.getWriter()
  writer.closed.catch(() => {})
  const answer = async (message: Message): Promise<Uint8Array | null> => {
    if (message.ask === 'read') return (await reader.read()).value?.slice() ?? null
    if (message.ask === 'write') await writer.write(message.chunk)
    else if (message.ask === 'cancel') await reader.cancel()
    else await writer.close()
    return null
  }
  port.onmessage = ({ data }: MessageEvent<Message>) => {
    answer(data).then(
      (chunk) => port.postMessage({ id: data.id, chunk } satisfies Answer),
      (error: unknown) => port.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) } satisfies Answer))
  }
}

export function borrowStream(port: MessagePort): Stream {
  const waiting = new Map<number, { resolve(chunk: Uint8Array | null): void, reject(error: Error): void }>()
  let last = 0
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('error' in data) asked?.reject(new Error(data.error))
    else asked?.resolve(data.chunk)
  }
  const ask = (message: { readonly ask: Message['ask'], readonly chunk?: Uint8Array }) => new Promise<Uint8Array | null>((resolve, reject) => {
    waiting.set(++last, { resolve, reject })
    port.postMessage({ id: last, ...message })
  })
  return {
    readable: new ReadableStream({
      async pull(controller) {
        const chunk = await ask({ ask: 'read' })
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
      cancel: async () => { await ask({ ask: 'cancel' }) },
    }, { highWaterMark: 0 }),
    writable: new WritableStream({
      write: async (chunk) => { await ask({ ask: 'write', chunk }) },
      close: async () => { await ask({ ask: 'end' }) },
    }),
  }
}
