/// `#connect-tcp`: TCP and the agent's socket, if the runtime has them.
import type { Transport } from './transport.ts'

/** The target of a TCP connection. */
export interface ConnectTcpOptions {
  readonly host: string
  /** 22 by default. */
  readonly port?: number
  readonly signal?: AbortSignal | undefined
}

/** Opens a TCP connection. @throws SSHError in a runtime without TCP, ConnectError with the system's code, or `signal.reason`. */
export declare function connectTcp(options: ConnectTcpOptions): Promise<Transport>

/**
 * Opens the Unix socket of an authentication agent: at `path`, or at SSH_AUTH_SOCK. @throws SSHError `ERR_NO_AGENT` if there is none,
 * ConnectError if nothing listens there.
 */
export declare function connectAgent(path: string | undefined, signal: AbortSignal | undefined): Promise<Transport>
