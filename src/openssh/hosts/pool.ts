import { after, milliseconds } from '../../abort/milliseconds.ts'
import { checkSignal, onAbort } from '../../abort/on-abort.ts'
import { pause } from '../../abort/pause.ts'
import { type HostOptions, openHost } from '../open-host.ts'
import type { Client } from '../../client/client.ts'
import { timeoutError } from '../../errors/timeout-error.ts'
import { AuthenticationError, HostKeyError, SSHError } from '../../errors/ssh-error.ts'

/** One host of many: a name, or a name with its own options. */
export type HostEntry = string | HostOptions & { readonly host: string }

export interface ManyHostsOptions extends HostOptions {
  /** The most connected hosts at a time; 10 by default. */
  readonly limit?: number | undefined
  /** How often an unreachable host is tried again; 0 by default. A refused login or host key is not tried again, and nothing runs twice. */
  readonly retries?: number | undefined
  /** Milliseconds before the first retry; each further one waits twice as long. 1000 by default. */
  readonly retryDelay?: number | undefined
  /** Milliseconds for a host, connecting included; by default there is no limit. */
  readonly timeout?: number | undefined
}

/** The result of one host. */
export type HostResult<T> =
  | { readonly host: string, readonly ok: true, readonly value: T, readonly milliseconds: number }
  | { readonly host: string, readonly ok: false, readonly error: unknown, readonly milliseconds: number }

/** Does the same on each host, a few at a time, and yields each result as it arrives. One host's failure stops no other; an abort stops all, and rejects with its reason. */
export async function* eachHost<T>(entries: readonly HostEntry[], options: ManyHostsOptions, work: (client: Client, host: string, signal: AbortSignal) => Promise<T>): AsyncGenerator<HostResult<T>, void> {
  const { limit = 10, retries = 0, timeout = 0, retryDelay = FIRST_DELAY, signal } = options
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError('limit is a whole number of at least 1')
  checkSignal(signal)
  signal?.throwIfAborted()
  milliseconds(timeout, 'timeout')
  milliseconds(retryDelay, 'retryDelay')
  if (!Number.isInteger(retries) || retries < 0) throw new RangeError('retries is a whole number of at least 0')
  const waiting = [...entries]
  const stop = new AbortController()
  const stopListening = onAbort(signal, () => stop.abort(signal!.reason))
  const running = new Map<string, Promise<readonly [string, HostResult<T>]>>()
  let number = 0
  const start = () => {
    while (running.size < limit && waiting.length > 0) {
      const key = String(number++)
      running.set(key, oneHost(waiting.shift()!, options, stop.signal, work).then((result) => [key, result] as const))
    }
  }
  try {
    for (start(); running.size > 0; start()) {
      const [key, result] = await Promise.race(running.values())
      running.delete(key)
      signal?.throwIfAborted()
      yield result
    }
  } finally {
    // A caller that stops iterating stops the work.
    stop.abort(signal?.reason ?? new SSHError('nobody wants the results any more', { code: 'ERR_HOSTS_STOPPED' }))
    stopListening()
    await Promise.all(running.values())
  }
}

async function oneHost<T>(entry: HostEntry, shared: ManyHostsOptions, stop: AbortSignal, work: (client: Client, host: string, signal: AbortSignal) => Promise<T>): Promise<HostResult<T>> {
  const { host, ...own } = typeof entry === 'string' ? { host: entry } : entry
  const options = { ...shared, ...own }
  const begun = performance.now()
  const took = () => Math.round(performance.now() - begun)
  const limit = new AbortController()
  const stopListening = onAbort(stop, () => limit.abort(stop.reason))
  const stopClock = after(milliseconds(shared.timeout ?? 0, 'timeout'), () => limit.abort(timeoutError('ERR_HOST_TIMEOUT', `${host}: not finished within ${shared.timeout} ms`)))
  try {
    await using open = await openAgain(host, { ...options, signal: limit.signal }, shared.retries ?? 0, shared.retryDelay ?? FIRST_DELAY)
    return { host, ok: true, value: await work(open.client, host, limit.signal), milliseconds: took() }
  } catch (error) {
    return { host, ok: false, error, milliseconds: took() }
  } finally {
    stopClock()
    stopListening()
  }
}

const FIRST_DELAY = 1000

async function openAgain(host: string, options: HostOptions, retries: number, delay: number) {
  for (let attempt = 0, wait = delay; ; attempt++, wait *= 2) {
    try {
      return await openHost(host, options)
    } catch (error) {
      const final = error instanceof AuthenticationError || error instanceof HostKeyError || (error instanceof SSHError && error.code === 'ERR_SSH_CONFIG')
      if (final || attempt >= retries || options.signal?.aborted) throw error
      await pause(wait || 1, options.signal)
    }
  }
}
