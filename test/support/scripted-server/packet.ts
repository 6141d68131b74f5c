import { WireWriter } from '../../../src/wire-format/writer.ts'

/** What a script may get wrong in one packet. Lengths and bytes are sent as given here, true or not. */
export interface PacketFault {
  /** The packet_length field. */
  readonly length?: number
  /** The padding_length field. */
  readonly paddingLength?: number
  /** The padding itself, or as much as is allowed. By default as many zeros as the alignment requires, at least four. */
  readonly padding?: Uint8Array | 'most'
  /** Changes the last byte of the packet (of the MAC or the tag). */
  readonly wrongMac?: boolean
  /** The sequence number for MAC or cipher. */
  readonly sequence?: number
  /** Changes the finished packet, before encryption. */
  readonly plain?: (packet: Uint8Array) => Uint8Array
  /** Changes the bytes that go out. */
  readonly wire?: (bytes: Uint8Array) => Uint8Array
}

/** Binary packet of RFC 4253 section 6 without MAC. `unit`: alignment; `clear`: bytes of the length field that do not count for it. */
export function buildPacket(payload: Uint8Array, unit: number, clear: 0 | 4, fault: PacketFault): Uint8Array {
  const padding = fault.padding instanceof Uint8Array ? fault.padding : new Uint8Array(paddingFor(payload.length + 5 - clear, unit, fault.padding === 'most'))
  const packet = new WireWriter()
    .uint32(fault.length ?? payload.length + 1 + padding.length)
    .byte(fault.paddingLength ?? padding.length)
    .bytes(payload)
    .bytes(padding)
    .finish()
  return fault.plain?.(packet) ?? packet
}

function paddingFor(length: number, unit: number, most: boolean): number {
  const padding = unit - length % unit
  if (most) return padding + Math.floor((255 - padding) / unit) * unit
  return padding < 4 ? padding + unit : padding
}

/** The payload of a decrypted packet, without its length field. */
export function payloadOf(packet: Uint8Array): Uint8Array {
  return packet.subarray(1, packet.length - (packet[0] ?? 0))
}
