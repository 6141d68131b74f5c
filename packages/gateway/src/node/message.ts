/// One binary message of a WebSocket's server as buffers for one write: a single frame, unmasked (RFC 6455, section 5.2).

/** A message of at most so many bytes is copied together: one small buffer costs the system less than several. */
const SMALL = 1024
/** A first part of at most so many bytes is copied behind the header. */
const SMALL_PART = 64
/** FIN, and the opcode of binary data. */
const FINAL_BINARY = 0x82

/** The message that `parts` make up, with its header. Larger parts are passed on as they are. */
export function messageBuffers(parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0
  for (const part of parts) length += part.length
  const begin = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const first = parts[0]?.length ?? 0
  const copied = length <= SMALL ? parts.length : first <= SMALL_PART ? 1 : 0
  const head = Buffer.allocUnsafe(begin + (length <= SMALL ? length : copied * first))
  head[0] = FINAL_BINARY
  if (begin === 2) head[1] = length
  else if (begin === 4) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
    head.writeUInt32BE(length % 2 ** 32, 6)
  }
  const buffers: Uint8Array[] = [head]
  let at = begin
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Uint8Array
    if (index >= copied) {
      buffers.push(part)
      continue
    }
    head.set(part, at)
    at += part.length
  }
  return buffers
}
