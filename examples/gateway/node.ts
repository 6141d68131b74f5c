/// The package libssh2-wasm-gateway with one shared token: the shortest way to a gateway of one's own.
import { type Gateway, type GatewayOptions as PackageOptions, sharedTokens, startGateway as start } from '../../packages/gateway/src/index.ts'

export type { Gateway, GatewayLogLine } from '../../packages/gateway/src/index.ts'

export interface GatewayOptions extends Omit<PackageOptions, 'authorize' | 'listen'> {
  /** What clients must show; at least 16 characters. */
  readonly token: string
  /** Where to listen. Default: 127.0.0.1, a free port. */
  readonly host?: string
  readonly port?: number
}

export function startGateway({ token, host, port, ...options }: GatewayOptions): Promise<Gateway> {
  return start({ ...options, authorize: sharedTokens({ everybody: token }), listen: { host, port } })
}
