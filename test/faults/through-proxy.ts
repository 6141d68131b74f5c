import { Instance, SSHError } from '../../src/index.ts'
import { exchange } from '../interop/exchange.ts'
import { startProxy, type Proxy, type ProxyOptions } from '../support/proxy.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { within } from '../support/within.ts'

export interface Outcome {
  /** What the caller got; undefined when the whole session went through with the right bytes. */
  readonly error: unknown
  /** Bytes that the proxy passed on. */
  readonly bytes: Proxy['bytes']
  /** Bytes that the session left allocated in linear memory. */
  readonly leaked: number
}

/** Loading and growing caches once must not look like a leak, so sessions share an instance, which is made first. */
export async function warmInstance(server: SshServer): Promise<Instance> {
  const instance = await Instance.create()
  await exchange(server, { instance, bytes: 10 })
  return instance
}

/** A whole session through a proxy that does something to it. @throws if it hangs for `limitMs`, or fails with anything but a typed error. */
export async function throughProxy(server: SshServer, instance: Instance, options: Omit<ProxyOptions, 'target'>, limitMs = 10_000): Promise<Outcome> {
  const before = instance.heapUsed()
  await using proxy = await startProxy({ ...options, target: server })
  const session = exchange({ ...server, port: proxy.port }, { instance, bytes: 50_000 })
  const what = JSON.stringify(options)
  const error: unknown = await within(limitMs, what, session.then(() => undefined, (reason: unknown) => reason))
  if (error !== undefined && !(error instanceof SSHError)) throw new Error(`not a typed error, with ${what}`, { cause: error })
  if (instance.failure !== undefined) throw new Error(`trapped with ${what}`, { cause: instance.failure })
  return { error, bytes: proxy.bytes, leaked: instance.heapUsed() - before }
}
