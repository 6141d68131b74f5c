import { WireWriter } from '../../src/wire-format/writer.ts'

/** A field of a message, by its type of RFC 4251 section 5. `channel`: a uint32 that is a channel's number. */
export type Field =
  | readonly ['byte' | 'boolean' | 'uint32' | 'channel', number]
  | readonly ['string', string | Uint8Array]
  | readonly ['bytes', Uint8Array]

/** One way to spoil a message, or not to. */
export interface Variant {
  readonly how: string
  readonly payload: Uint8Array
}

const MORE = 0x1000
/** A third of what libssh2 takes as one packet: with much of it, but not refused for its size alone. */
const LONG = new Uint8Array(12_000).fill(0x61)

export function encode(fields: readonly Field[]): Uint8Array {
  const writer = new WireWriter()
  for (const [type, value] of fields) {
    if (type === 'string') writer.string(value)
    else if (type === 'bytes') writer.bytes(value)
    else if (type === 'byte' || type === 'boolean') writer.byte(value)
    else writer.uint32(value)
  }
  return writer.finish()
}

const message = (type: number, ...parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat([Buffer.of(type), ...parts]))
const uint32 = (value: number) => new WireWriter().uint32(value).finish()
const replaced = (fields: readonly Field[], at: number, field: Field) => fields.with(at, field)

/** The right form of a message, cut at and inside of each field, with each length, number and channel beyond what there is, and with more behind it. */
export function variants(type: number, fields: readonly Field[]): Variant[] {
  const right = message(type, encode(fields))
  const list: Variant[] = [{ how: 'right', payload: right }, { how: 'with 32 bytes more', payload: message(type, encode(fields), new Uint8Array(32)) }]
  fields.forEach(([kind, value], at) => {
    const before = encode(fields.slice(0, at))
    const own = encode(fields.slice(at, at + 1))
    const name = `field ${at + 1} (${kind})`
    const put = (how: string, bytes: Uint8Array) => list.push({ how: `${name} ${how}`, payload: message(type, before, bytes, encode(fields.slice(at + 1))) })
    const cut = (how: string, bytes: Uint8Array) => list.push({ how: `${how} ${name}`, payload: message(type, before, bytes) })
    cut('cut before', new Uint8Array())
    if (own.length > 1) cut('cut inside', own.subarray(0, Math.ceil(own.length / 2)))
    if (kind === 'string') {
      const content = own.subarray(4)
      for (const length of [0xffffffff, 0xfffffffc, 0x80000000]) cut(`length ${length.toString(16)} in`, Buffer.concat([uint32(length), content]))
      const rest = content.length + encode(fields.slice(at + 1)).length
      put('one longer than the packet', Buffer.concat([uint32(rest + 1), content]))
      put('empty', uint32(0))
      list.push({ how: `${name} very long`, payload: message(type, encode(replaced(fields, at, ['string', LONG]))) })
    }
    if (kind === 'byte' || kind === 'boolean') put('255', Uint8Array.of(255))
    if (kind === 'uint32') {
      for (const number of [0, 0xffffffff, 0x80000000]) if (number !== value) put(number.toString(16), uint32(number))
    }
    if (kind === 'channel') {
      for (const number of [0xffffffff, 0x80000000, Number(value) + MORE]) put(`${number.toString(16)}: no such channel`, uint32(number))
    }
  })
  return list
}

/** What can be said of a message whose fields nobody knows. */
export function unknownVariants(type: number): Variant[] {
  return [
    { how: 'empty', payload: message(type) },
    { how: '16 zeros', payload: message(type, new Uint8Array(16)) },
    { how: '16 times 255', payload: message(type, new Uint8Array(16).fill(255)) },
    { how: 'a long string', payload: message(type, encode([['string', LONG]])) },
  ]
}

/** Bytes of a payload whose packet is as long as one may be (256 KiB, as with OpenSSH), whatever the cipher pads. */
const LONGEST = (256 << 10) - 64

/** Makes a message of `LONGEST` bytes. A function: all of them at once would be a hundred megabytes. */
export interface Stretched {
  readonly how: string
  readonly make: () => Uint8Array
}

/** The right form of a message, stretched to the longest packet: in each of its strings, and by bytes behind it. */
export function stretched(type: number, fields: readonly Field[]): Stretched[] {
  const length = 1 + encode(fields).length
  const list: Stretched[] = [{ how: 'with bytes behind it, 256 KiB', make: () => message(type, encode(fields), new Uint8Array(LONGEST - length)) }]
  fields.forEach(([kind, value], at) => {
    if (kind !== 'string') return
    const size = LONGEST - length + encode([['string', value]]).length - 4
    list.push({ how: `field ${at + 1} (${kind}) of 256 KiB`, make: () => message(type, encode(replaced(fields, at, ['string', new Uint8Array(size).fill(0x61)]))) })
  })
  return list
}

/** A message whose fields nobody knows, of the same length: a string, or zeros. */
export function unknownStretched(type: number): Stretched[] {
  return [
    { how: 'a string of 256 KiB', make: () => message(type, encode([['string', new Uint8Array(LONGEST - 5).fill(0x61)]])) },
    { how: '256 KiB of zeros', make: () => message(type, new Uint8Array(LONGEST - 1)) },
  ]
}
