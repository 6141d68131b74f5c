import { printable } from '../errors/printable.ts'
import { SSHError } from '../errors/ssh-error.ts'
import { meaningOf } from '../gateway-protocol/close-codes.ts'

/**
 * A gateway refused a connection, ended it or lost it. `code` is `ERR_GATEWAY_LOST` for a connection that was open and cannot be resumed (`cause`
 * then says why), `ERR_GATEWAY_CONNECT` if the gateway could not be reached, and otherwise the meaning of the close code, e.g. `ERR_GATEWAY_TICKET`.
 */
export class GatewayError extends SSHError {
  override name = 'GatewayError'
  /** The close code of the WebSocket, e.g. 4403; undefined if none came. */
  readonly closeCode: number | undefined
  /** The connection's name in the gateway's log; undefined if it never had one. */
  readonly id: string | undefined

  constructor(message: string, options: { readonly code: string, readonly closeCode?: number | undefined, readonly id?: string | undefined, readonly cause?: unknown }) {
    super(message, options)
    this.closeCode = options.closeCode
    this.id = options.id
  }
}

/** @param said the gateway's own message. */
export function closedByGateway(closeCode: number, said = '', id?: string): GatewayError {
  const reason = printable(said)
  const { code, sentence } = meaningOf(closeCode)
  return new GatewayError(reason === '' || sentence.includes(reason) ? sentence : `${sentence} (${reason})`, { code, closeCode, id })
}

export function lostByGateway(cause: GatewayError, id: string | undefined): GatewayError {
  return new GatewayError(`the connection is lost: ${cause.message}`, { code: 'ERR_GATEWAY_LOST', closeCode: cause.closeCode, id, cause })
}
