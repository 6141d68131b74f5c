import type { AlgorithmOptions } from '../../client/algorithms.ts'
import type { ClientError } from './errors.ts'

/** What of the configuration a connection goes by: checked, and copied. */
export interface Settings {
  readonly username: string
  readonly readyTimeout: number
  readonly keepaliveInterval: number
  readonly keepaliveCountMax: number
  readonly timeout: number
  readonly strictVendor: boolean
  readonly ident: string | undefined
  readonly algorithms: AlgorithmOptions
  readonly debug: ((text: string) => void) | undefined
  readonly judge: HostKeyJudge
  readonly password: string | undefined
  readonly privateKey: string | Uint8Array | undefined
  readonly passphrase: string | undefined
  explainSocketError(error: Error): ClientError
}

/** Who decides about the host key. */
export interface HostKeyJudge {
  /** Names of the host-key algorithms under which the host is known. */
  known(): Promise<readonly string[]>
  /** Returns if the key is the right one. @throws ClientError `Host denied …` */
  verify(key: Buffer): Promise<void>
}
