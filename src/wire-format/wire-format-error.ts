import { SSHError } from '../errors/ssh-error.ts'

/** Bytes or text that RFC 4251 section 5, base64 or PEM armour do not allow. Never quotes the data. `code` is `ERR_WIRE_FORMAT`. */
export class WireFormatError extends SSHError {
  override name = 'WireFormatError'

  constructor(message: string) {
    super(message, { code: 'ERR_WIRE_FORMAT' })
  }
}
