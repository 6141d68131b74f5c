import type { Transport } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'

/** A TCP connection that can stop carrying bytes in both directions without ending; and break. */
export interface StallingTransport extends Transport {
  stall(): void
  resume(): void
  /** As if the cable were cut and the system noticed. */
  cut(): void
}

export async function stallingTransport(target: { readonly host: string, readonly port: number }): Promise<StallingTransport> {
  const inner = await connectTcp(target)
  const reader = inner.readable.getReader()
  const writer = inner.writable.getWriter()
  let open = Promise.resolve()
  let release = () => {}
  let fail: (reason: unknown) => void = () => {}
  const broken = new Promise<never>((_, reject) => { fail = reject })
  broken.catch(() => {})
  const passing = async () => { await Promise.race([open, broken]) }
  return {
    readable: new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await Promise.race([reader.read(), broken])
        await passing()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => { void inner.close?.() },
    }),
    writable: new WritableStream<Uint8Array>({
      async write(chunk) {
        await passing()
        await writer.write(chunk)
      },
      abort: () => { void inner.close?.() },
    }),
    close: () => inner.close?.(),
    stall() { open = new Promise((resolve) => { release = resolve }) },
    resume() { release() },
    cut() { fail(new Error('the cable is cut')) },
  }
}
