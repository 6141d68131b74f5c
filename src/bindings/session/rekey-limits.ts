import { record } from '../arguments.ts'

/**
 * Whichever comes first begins an exchange of keys; `Infinity` for never. After 2^31 packets one comes in any case (RFC 4344 section 3.1).
 * The defaults are those of RFC 4253 section 9. An idle session changes its keys when it is next used.
 */
export interface RekeyLimits {
  /** Bytes both ways together, as they are on the wire; 65,536 at least. Default 2^30. */
  readonly bytes?: number
  /** Age of the keys; 1 at least. Default 3600. */
  readonly seconds?: number
}

/** An exchange itself takes a few thousand. */
const LEAST_REKEY = 65_536

/** The limits, with the defaults for what is left out. @throws TypeError, RangeError. */
export function checkedLimits(limits: RekeyLimits): Required<RekeyLimits> {
  const { bytes = 2 ** 30, seconds = 3600 } = record(limits, 'limits')
  if (typeof bytes !== 'number' || typeof seconds !== 'number') throw new TypeError('rekey: bytes and seconds must be numbers')
  if (!(bytes >= LEAST_REKEY && seconds >= 1)) throw new RangeError(`rekey: at least ${LEAST_REKEY} bytes and 1 second`)
  return { bytes, seconds }
}
