import { record } from '../arguments.ts'

/**
 * The limit that is reached first starts a key exchange; `Infinity` means never. After 2^31 packets an exchange starts in any case (RFC 4344 section
 * 3.1). The defaults are those of RFC 4253 section 9. An idle session re-keys when it is next used.
 */
export interface RekeyLimits {
  /** Bytes on the wire, both directions together; at least 65,536. Default 2^30. */
  readonly bytes?: number
  /** Age of the keys; at least 1. Default 3600. */
  readonly seconds?: number
}

/** An exchange itself takes a few thousand bytes. */
const LEAST_REKEY = 65_536

/** The limits, with defaults for missing ones. @throws TypeError, RangeError. */
export function checkedLimits(limits: RekeyLimits): Required<RekeyLimits> {
  const { bytes = 2 ** 30, seconds = 3600 } = record(limits, 'the limits of rekey')
  if (typeof bytes !== 'number' || typeof seconds !== 'number') throw new TypeError('rekey: bytes and seconds must be numbers')
  if (!(bytes >= LEAST_REKEY && seconds >= 1)) throw new RangeError(`rekey: at least ${LEAST_REKEY} bytes and 1 second`)
  return { bytes, seconds }
}
