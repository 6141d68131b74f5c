// Stands for OpenSSH's ssh-sk-helper in tests: a security key in software (PROTOCOL.u2f), which speaks version 5 of the helper's protocol.
// $FAKE_SK_KEY is the private key of the device, in PEM; $FAKE_SK_PIN the PIN that it wants; $FAKE_SK_FAULT a fault to show.
import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const { FAKE_SK_KEY: device = '', FAKE_SK_PIN: wanted = '', FAKE_SK_FAULT: fault } = process.env
/** @param {Uint8Array} bytes */
const sha256 = bytes => createHash('sha256').update(bytes).digest()
/** @param {number} value */
const uint32 = value => Buffer.from([value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255])
/** @param {string | Uint8Array} value */
const string = value => Buffer.concat([uint32(Buffer.from(value).length), Buffer.from(value)])
/** @param {Uint8Array} bytes */
const mpint = bytes => string(Buffer.concat([Buffer.alloc((bytes[0] ?? 0) >= 0x80 ? 1 : 0), bytes]))

/** Reads the wire format of RFC 4251. @param {Buffer} bytes */
function reader(bytes) {
  let at = 0
  /** @param {number} length */
  const take = length => {
    if (at + length > bytes.length) throw new Error('the message is too short')
    return bytes.subarray(at, at += length)
  }
  return { byte: () => take(1).readUInt8(), uint32: () => take(4).readUInt32BE(), string: () => take(take(4).readUInt32BE()), end: () => { if (at < bytes.length) throw new Error('the message is too long') } }
}

/** The request. What follows it may never end: ssh keeps its side open for the answer. */
async function request() {
  let bytes = Buffer.alloc(0)
  for await (const chunk of process.stdin) {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE()) break
  }
  const outer = reader(bytes), content = outer.string()
  outer.end()
  return content
}

const message = reader(await request())
if (message.byte() !== 5 || message.uint32() !== 1) throw new Error('not a request to sign in version 5')
message.byte()
message.uint32()
const entry = reader(message.string()), provider = message.string().toString(), data = message.string()
message.string()
// What the server's version needs: nothing for a signature of a security key.
message.uint32()
const pin = message.string().toString()
message.end()

const type = entry.string().toString(), ecdsa = type.startsWith('sk-ecdsa')
if (ecdsa) entry.string()
entry.string()
const application = entry.string(), flags = entry.byte() & 5, handle = entry.string().toString()
entry.string()
entry.end()

/** @param {number} version @param {number} type @param {Uint8Array[]} rest */
const answer = (version, type, ...rest) => process.stdout.write(string(Buffer.concat([Buffer.of(version), uint32(type), ...rest])))
if (fault === 'exit') {
  console.error('the fake device is broken')
  process.exitCode = 3
} else if (fault === 'version') answer(6, 1, string('x'))
else if (fault === 'type') answer(5, 2, string('x'))
else if (fault === 'short') process.stdout.write(Buffer.of(0, 0, 1, 0, 5))
else if (fault === 'long') answer(5, 1, string('x'), Buffer.of(0))
else if (fault === 'silent') {
  writeFileSync(`${device}.pid`, String(process.pid))
  setInterval(() => {}, 1000)
} else if (fault) answer(5, 0, uint32(Number(fault)))
else if (pin !== wanted) answer(5, 0, uint32(43))
else if (handle !== 'handle' || provider !== 'internal') answer(5, 0, uint32(60))
else {
  const after = Buffer.concat([Buffer.of(flags), uint32(7)]), key = createPrivateKey(readFileSync(device))
  const signed = Buffer.concat([sha256(application), after, sha256(data)])
  const raw = ecdsa ? sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }) : sign(null, signed, key)
  const signature = ecdsa ? Buffer.concat([mpint(raw.subarray(0, 32)), mpint(raw.subarray(32))]) : raw
  answer(5, 1, string(Buffer.concat([string(type), string(signature), after])))
}
