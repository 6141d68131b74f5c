/** The parts of packets on the wire with aes128-gcm@openssh.com, in bytes. */

export const LENGTH_FIELD = 4
export const TAG = 16
/** The data of a full packet. */
export const BODY = 32_768
/** All that is sealed of a window adjustment: 9 bytes of payload (RFC 4254 section 5.2), and padding to the block of the cipher. */
export const ADJUSTMENT = 16
