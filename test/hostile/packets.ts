import type { PacketFault } from '../support/scripted-server/packet.ts'
import { message, SSH_MSG } from '../support/scripted-server.ts'

/** A packet that is wrong below its message. */
export interface HostilePacket {
  readonly how: string
  readonly payload: Uint8Array
  readonly fault: PacketFault
}

const ignore = (length: number) => message(SSH_MSG.IGNORE).string(new Uint8Array(length)).finish()
const small = ignore(11)

/** The largest packet_length that is taken: OpenSSH's. */
const LIMIT = 256 << 10
/** That of an IGNORE, once the user is authenticated. */
const IGNORE_LIMIT = (2 << 20) + 512

/** Lengths that cannot be or are not true, padding beyond the packet, wrong MACs, packets too big (RFC 4253 section 6). */
export const hostilePackets: readonly HostilePacket[] = [
  ...[0, 1, 2, 4, 5, 12, 17, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffc, 0xffffffff, LIMIT, LIMIT + 1, LIMIT + 8, IGNORE_LIMIT, IGNORE_LIMIT + 8].map((length) =>
    ({ how: `packet_length ${length}`, payload: small, fault: { length } })),
  ...[0, 1, 3, 12, 27, 200, 255].map((paddingLength) => ({ how: `padding_length ${paddingLength}`, payload: small, fault: { paddingLength } })),
  ...[40_000, 100_000, LIMIT - 100, LIMIT, 300_000, 2 << 20, 3 << 20].map((length) => ({ how: `a packet of ${length} bytes`, payload: ignore(length), fault: {} })),
  { how: 'a wrong MAC', payload: small, fault: { wrongMac: true } },
  { how: 'the sequence number of another packet', payload: small, fault: { sequence: 4711 } },
  { how: 'the most padding', payload: small, fault: { padding: 'most' } },
  { how: 'half a packet, then the next', payload: small, fault: { wire: (bytes) => bytes.subarray(0, bytes.length >> 1) } },
  { how: 'bytes behind the packet', payload: small, fault: { wire: (bytes) => Buffer.concat([bytes, Buffer.alloc(7, 0xff)]) } },
]
