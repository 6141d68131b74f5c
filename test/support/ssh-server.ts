import { userInfo } from 'node:os'
import { keyPair, type KeyPair, type KeyType, type PublicKey } from './key-pairs.ts'
import type { TemporaryDirectory } from './temporary.ts'
import type { Peer } from './process.ts'

/** What every server helper returns to a test. It listens on 127.0.0.1 only. */
export interface SshServer extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  /** The server's public host keys with their fingerprints. */
  readonly hostKeys: readonly PublicKey[]
  /** The user name that `keys` log in as. */
  readonly user: string
  readonly keys: ClientKeys
  /** What the server printed so far. */
  log(): string
  /** Ends the server with its sessions and removes its files. May be called again. */
  stop(): Promise<void>
  /** The same, as a crash: SIGKILL. */
  kill(): Promise<void>
}

/** Private keys that the server lets in. */
export type ClientKeys = Readonly<Record<'ed25519' | 'rsa' | 'ecdsa', KeyPair>>

export const currentUser = (): string => userInfo().username

export async function clientKeys(): Promise<ClientKeys> {
  const [ed25519, rsa, ecdsa] = await Promise.all([keyPair('ed25519', 'user'), keyPair('rsa', 'user'), keyPair('ecdsa', 'user')])
  return { ed25519, rsa, ecdsa }
}

export function hostKeyPairs(types: readonly KeyType[]): Promise<KeyPair[]> {
  return Promise.all(types.map((type) => keyPair(type, 'host')))
}

/** The lines of authorized_keys for all client keys. */
export function authorizedKeys(keys: ClientKeys): string {
  return Object.values(keys).map((key) => `${key.publicKey}\n`).join('')
}

/** The server's interface to the process that a helper started. It owns both process and directory from here on. */
export function sshServer(
  peer: Peer,
  directory: TemporaryDirectory,
  facts: { port: number; hostKeys: readonly PublicKey[]; user: string; keys: ClientKeys },
): SshServer {
  const end = async (how: () => Promise<void>) => {
    await how()
    directory.remove()
  }
  return {
    host: '127.0.0.1',
    port: facts.port,
    hostKeys: facts.hostKeys,
    user: facts.user,
    keys: facts.keys,
    log: peer.log,
    stop: () => end(peer.stop),
    kill: () => end(peer.kill),
    [Symbol.asyncDispose]: () => end(peer.stop),
  }
}

/** As `sshServer`, of a program of test/support/peers that says "listening on PORT": what did not come so far leaves nothing behind. */
export async function listeningServer(
  peer: Peer,
  directory: TemporaryDirectory,
  { patience, ...facts }: { hostKeys: readonly PublicKey[]; keys: ClientKeys; patience?: number },
): Promise<SshServer> {
  try {
    await peer.logged(/listening on \d+/, patience)
  } catch (error) {
    await peer.kill()
    directory.remove()
    throw error
  }
  return sshServer(peer, directory, { ...facts, port: Number(/listening on (\d+)/.exec(peer.log())?.[1]), user: 'tester' })
}

/** Tries again with another port: after a free port was found, another process may have taken it. */
export async function withPortRetry<T>(start: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await start()
    } catch (error) {
      if (tries === 3 || !/address already in use/i.test(String(error))) throw error
    }
  }
}
