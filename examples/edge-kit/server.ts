/// The SSH server of a Worker of this kit, as its bindings name it.
import { type Client, connect, type ConnectOptions, knownHosts, publicKey } from 'libssh2-wasm'

export interface Server {
  readonly SSH_HOST: string
  /** Default: 22. */
  readonly SSH_PORT?: string
  readonly SSH_USER: string
  /** A secret: the text of the key file. */
  readonly SSH_PRIVATE_KEY: string
  /** Lines of known_hosts, e.g. from `ssh-keyscan`, checked with the server's administrator: the Worker talks to no other server. */
  readonly SSH_KNOWN_HOSTS: string
}

/** A session with the server, whose host key is one of SSH_KNOWN_HOSTS. @throws TypeError for a missing binding, ConnectError, HostKeyError, AuthenticationError, KeyError */
export function logIn(env: Server, options: Pick<ConnectOptions, 'signal' | 'keepalive'> = {}): Promise<Client> {
  return connect({
    host: env.SSH_HOST, port: Number(env.SSH_PORT ?? 22), username: env.SSH_USER,
    hostKey: knownHosts(env.SSH_KNOWN_HOSTS), auth: [publicKey(env.SSH_PRIVATE_KEY)], ...options,
  })
}
