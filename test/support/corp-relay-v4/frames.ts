/// The frames of corp-relay-v4 a second time, written from its public description (nassh/docs/relay-protocol.md of Chromium's libapps), to compare with those of src/.
/// Nothing here may import src/ or packages/.

/** `[tag, length or position, rest]` */
export type Command =
  | { readonly name: 'CONNECT_SUCCESS', readonly sid: string }
  | { readonly name: 'RECONNECT_SUCCESS' | 'ACK', readonly ack: bigint }
  | { readonly name: 'DATA', readonly data: Buffer }
  | { readonly name: 'unknown', readonly tag: number }

/** "The max length of an array SHOULD not exceed 16KiB (servers MAY reject larger requests)." */
export const LONGEST_ARRAY = 16 * 1024

export function read(message: Buffer): Command {
  const tag = message.readUInt16BE(0)
  if (tag === 1) return { name: 'CONNECT_SUCCESS', sid: array(message).toString('ascii') }
  if (tag === 2 || tag === 7) {
    if (message.length !== 10) throw new Error(`a command of tag ${tag} has ${message.length} bytes`)
    return { name: tag === 2 ? 'RECONNECT_SUCCESS' : 'ACK', ack: message.readBigUInt64BE(2) }
  }
  if (tag === 4) return { name: 'DATA', data: array(message) }
  return { name: 'unknown', tag }
}

function array(message: Buffer): Buffer {
  const length = message.readUInt32BE(2)
  if (length > LONGEST_ARRAY) throw new Error(`an array of ${length} bytes`)
  if (message.length !== 6 + length) throw new Error(`an array of ${length} bytes in a message of ${message.length}`)
  return message.subarray(6)
}

function command(tag: number, body: Buffer): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(tag)
  return Buffer.concat([head, body])
}

const counted = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const position = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

export const connectSuccess = (sid: string): Buffer => command(1, counted(Buffer.from(sid, 'ascii')))
export const reconnectSuccess = (ack: bigint): Buffer => command(2, position(ack))
export const data = (bytes: Buffer): Buffer => command(4, counted(bytes))
export const ack = (value: bigint): Buffer => command(7, position(value))
/** "Clients MUST ignore all unknown tags so that servers MAY add more in the future." */
export const unknown = (tag: number): Buffer => command(tag, Buffer.from('what nobody knows'))
