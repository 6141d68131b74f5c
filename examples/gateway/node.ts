/// The package libssh2-wasm-gateway with one shared token: the shortest way to run your own gateway.
import { type Gateway, type GatewayOptions as PackageOptions, sharedTokens, startGateway as start } from '../../packages/gateway/src/index.ts'

export type { Gateway, GatewayLogLine } from '../../packages/gateway/src/index.ts'

export interface GatewayOptions extends Omit<PackageOptions, 'authorize' | 'listen'> {
  /** The token of the clients; at least 16 characters. */
  readonly token: string
  /** The address to listen on. Default: 127.0.0.1, on a free port. */
  readonly host?: string
  readonly port?: number
}

export function startGateway({ token, host, port, ...options }: GatewayOptions): Promise<Gateway> {
  return start({ ...options, authorize: sharedTokens({ everybody: token }), listen: { host, port } })
}
