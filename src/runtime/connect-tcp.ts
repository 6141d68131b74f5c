/// `#connect-tcp`: TCP and the agent's socket, where the runtime has them.
import type { Transport } from './transport.ts'

/** Where a TCP connection goes. */
export interface ConnectTcpOptions {
  readonly host: string
  /** 22 if none is given. */
  readonly port?: number
  readonly signal?: AbortSignal | undefined
}

/** Opens a TCP connection. @throws SSHError in a runtime without TCP, ConnectError with the system's code, or `signal.reason`. */
export declare function connectTcp(options: ConnectTcpOptions): Promise<Transport>

/** Opens the Unix socket of an authentication agent: at `path`, or where SSH_AUTH_SOCK says. @throws SSHError `ERR_NO_AGENT` where there is none, ConnectError where nobody listens. */
export declare function connectAgent(path: string | undefined, signal: AbortSignal | undefined): Promise<Transport>
