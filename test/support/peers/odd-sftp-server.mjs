// An SFTP server that behaves oddly, as `Subsystem sftp node THIS MODE`. Every file has the content that `content` says.
const mode = process.argv[2]
const content = offset => offset % 251
const SIZE = 100_000
const u32 = value => { const b = Buffer.alloc(4); b.writeUInt32BE(value); return b }
const string = value => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)])
const send = (type, ...parts) => { const body = Buffer.concat([Buffer.from([type]), ...parts]); process.stdout.write(Buffer.concat([u32(body.length), body])) }
const status = (id, code) => send(101, id, u32(code), string('odd\u0007words'), string(''))
const attributes = (size, permissions) => Buffer.concat([u32(5), u32(0), u32(size), u32(permissions)])
const name = (text, permissions = 0o100644) => Buffer.concat([string(text), string(''), attributes(SIZE, permissions)])
let listed = false
const late = []

function answer(type, id, body) {
  if (type === 3 || type === 11) return send(102, id, string('h'))
  if (type === 4 || type === 6) return status(id, 0)
  if (type === 7 || type === 8 || type === 17) return send(105, id, attributes(SIZE, 0o100644))
  if (type === 5) {
    const at = body.readUInt32BE(9)
    const length = Math.min(body.readUInt32BE(13), SIZE - at, mode === 'short' ? 1 + at % 999 : Infinity)
    if (length <= 0) return status(id, 1)
    if (mode === 'too-much') return send(103, id, string(Buffer.alloc(body.readUInt32BE(13) + 1)))
    if (mode === 'nothing') return send(103, id, string(''))
    return send(103, id, string(Buffer.from(Array.from({ length }, (_, i) => content(at + i)))))
  }
  if (type === 12) {
    if (listed) return status(id, 1)
    listed = true
    return send(104, id, u32(6), name('.', 0o40755), name('..', 0o40755), name('../outside'), name('/outside'), name('a/../../outside'), name('inside'))
  }
  if (mode === 'wrong-number') return status(u32(12345), 0)
  if (mode === 'wrong-type') return send(105, id, attributes(1, 1))
  if (mode === 'cut') return send(104, id, u32(1000), u32(5))
  return status(id, 4)
}

let input = Buffer.alloc(0)
process.stdin.on('data', (/** @type {Buffer} */ chunk) => {
  input = Buffer.concat([input, chunk])
  while (input.length >= 4 && input.length >= 4 + input.readUInt32BE(0)) {
    const packet = input.subarray(4, 4 + input.readUInt32BE(0))
    input = input.subarray(4 + packet.length)
    if (packet[0] === 1) send(2, u32(mode === 'version-0' ? 0 : 3))
    else if (mode === 'backwards') late.push([packet[0], packet.subarray(1, 5), packet.subarray(5)])
    else answer(packet[0], packet.subarray(1, 5), packet.subarray(5))
  }
  // What came together is answered last one first.
  for (const request of late.splice(0).reverse()) answer(...request)
})
