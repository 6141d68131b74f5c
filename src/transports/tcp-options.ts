/** Where a TCP connection goes. */
export interface ConnectTcpOptions {
  readonly host: string
  /** 22 if none is given. */
  readonly port?: number
  readonly signal?: AbortSignal | undefined
}
