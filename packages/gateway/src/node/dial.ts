import { lookup } from 'node:dns/promises'
import { connect, type Socket } from 'node:net'
import { formatAddress, parseAddress } from '../policy/address.ts'
import type { Target } from '../policy/targets.ts'

/** All addresses of a name. */
export type Resolve = (name: string) => Promise<readonly string[]>

export const resolveBySystem: Resolve = async (name) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address)

/** None of the addresses of a name is allowed. */
export class AddressNotAllowed extends Error {}

/** Resolves the name once and connects to a checked address: the name server is not asked again. */
export async function dial({ host, port, address }: Target, allowsAddress: (address: Uint8Array) => boolean, resolve: Resolve, signal: AbortSignal): Promise<Socket> {
  const addresses = address ? [address] : (await untilAborted(resolve(host), signal)).map((text) => parseAddress(text))
  const allowed = addresses.filter((candidate) => candidate !== undefined && allowsAddress(candidate)) as Uint8Array[]
  if (addresses.length > 0 && allowed.length === 0) throw new AddressNotAllowed()
  let failure: unknown = new Error('no address')
  for (const candidate of allowed) {
    signal.throwIfAborted()
    try {
      return await connectTo(formatAddress(candidate), port, signal)
    } catch (error) {
      failure = error
    }
  }
  throw failure
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([work, new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })])
}

function connectTo(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port })
    const onAbort = () => { socket.destroy(signal.reason as Error) }
    signal.addEventListener('abort', onAbort, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal.removeEventListener('abort', onAbort)
      socket.off('error', reject)
      // The target's first bytes wait for the session.
      socket.pause()
      resolve(socket)
    })
  })
}
