// The server side of the public key subsystem (RFC 4819), for sshd's "Subsystem publickey". It writes byte by byte.
// publickey-subsystem.mjs STORE [MODE] : STORE is a JSON file; MODE is a fault to make.
import { readFileSync, writeFileSync } from 'node:fs'

const [store, mode = ''] = process.argv.slice(2)
const u32 = value => { const b = Buffer.alloc(4); b.writeUInt32BE(value); return b }
const string = value => { const b = Buffer.from(value); return Buffer.concat([u32(b.length), b]) }
const queue = []
const write = (...parts) => queue.push(...string(Buffer.concat(parts)))
const status = (code, text) => write(string('status'), u32(code), string(text), string(''))
setInterval(() => { if (queue.length) process.stdout.write(Buffer.from(queue.splice(0, mode === '' ? 7 : 100_000))) }, 1)

const keys = () => JSON.parse(readFileSync(store, 'utf8'))
const save = list => writeFileSync(store, JSON.stringify(list))
const same = (one, name, blob) => one.name === name && one.blob === blob

const requests = {
  version: () => {},
  add(take) {
    const [name, blob, overwrite] = [take.text(), take.string().toString('base64'), take.byte() !== 0]
    const attributes = Array.from({ length: take.u32() }, () => ({ name: take.text(), value: take.text(), critical: take.byte() !== 0 }))
    if (attributes.some(({ name, critical }) => critical && name !== 'comment')) return status(8, 'unknown attribute')
    const list = keys()
    const known = list.findIndex(one => same(one, name, blob))
    if (known >= 0 && !overwrite) return status(6, 'it is here')
    if (known >= 0) list.splice(known, 1)
    save([...list, { name, blob, attributes: attributes.map(({ name, value }) => ({ name, value })) }])
    status(0, 'fine')
  },
  remove(take) {
    const [name, blob] = [take.text(), take.string().toString('base64')]
    const list = keys()
    if (!list.some(one => same(one, name, blob))) return status(4, 'no such key')
    save(list.filter(one => !same(one, name, blob)))
    status(0, '')
  },
  list() {
    if (mode === 'truncated') return queue.push(...u32(100), ...string('publickey'))
    if (mode === 'huge') return queue.push(...u32(0x7fffffff))
    if (mode === 'nonsense') return write(string('publickey'), u32(0xffffff))
    if (mode === 'attributes') return write(string('publickey'), string('a'), string('b'), u32(0xffffffff))
    if (mode === 'other') return write(string('listattributes'), u32(0))
    for (const { name, blob, attributes } of keys()) {
      write(string('publickey'), string(name), string(Buffer.from(blob, 'base64')), u32(attributes.length),
        ...attributes.flatMap(({ name, value }) => [string(name), string(value)]))
    }
    status(0, '')
  },
}

write(string('version'), u32(mode === 'old' ? 1 : 2))
let received = Buffer.alloc(0)
process.stdin.on('data', (/** @type {Buffer} */ chunk) => {
  received = Buffer.concat([received, chunk])
  while (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) {
    let packet = received.subarray(4, 4 + received.readUInt32BE(0))
    received = received.subarray(4 + packet.length)
    const part = length => { const taken = packet.subarray(0, length); packet = packet.subarray(length); return taken }
    const take = { u32: () => part(4).readUInt32BE(0), byte: () => part(1)[0], string: () => part(take.u32()), text: () => take.string().toString() }
    requests[take.text()](take)
    if (mode === 'truncated') setTimeout(() => process.exit(), 50)
  }
})
process.stdin.on('end', () => process.exit())
