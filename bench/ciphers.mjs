// npm run bench:ciphers -- [TEXT] : CPU seconds per gigabyte of the module's own ciphers, without a connection: packets of 32 kB, sealed and opened.
// It uses the module's objects from ./build.sh, linked for test/unit/crypto. --module PATH uses one that was linked before, for comparison.
// Plain JavaScript, so that any `node` can be measured.
import { execFileSync } from 'node:child_process'

const BODY = 32_768
/** Bytes per measurement; the minimum of several counts, because other programs can only add to it. */
const BYTES = 64e6
const ROUNDS = 7
/** @type {[name: string, keyLength: number][]} */
const CIPHERS = [['chacha20-poly1305@openssh.com', 64], ['aes128-gcm@openssh.com', 16], ['aes256-gcm@openssh.com', 32], ['aes128-ctr', 16], ['aes256-ctr', 32]]

const words = process.argv.slice(2)
const given = words.indexOf('--module')
const path = given < 0 ? execFileSync(process.execPath, ['test/unit/crypto/build.mjs'], { encoding: 'utf8' }).trim() : words.splice(given, 2)[1]
const { default: create } = await import(new URL(path, `file://${process.cwd()}/`).href)
let memory
const view = (at, length) => new Uint8Array(memory.buffer, at, length)
const random = (at, length) => {
  crypto.getRandomValues(view(at, length))
  return 0
}
const c = await create({ host: { random, keyNew: () => 0 } })
memory = c.wasmMemory

const put = bytes => {
  const at = c._malloc(bytes.length)
  view(at, bytes.length).set(bytes)
  return at
}

/** CPU seconds per gigabyte. */
function measure(work) {
  return Math.min(...Array.from({ length: ROUNDS }, () => {
    const before = process.cpuUsage()
    for (let done = 0; done < BYTES; done += BODY) work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) * 1e3 / BYTES
  }))
}

console.log(`Node ${process.versions.node}: CPU s/GB, the least of ${ROUNDS} times ${BYTES / 1e6} MB in packets of ${BODY} bytes`)
for (const [name, keyLength] of CIPHERS.filter(([name]) => name.includes(words[0] ?? ''))) {
  const [key, iv, named, at] = [put(crypto.getRandomValues(new Uint8Array(keyLength))), put(new Uint8Array(16)), put(new TextEncoder().encode(`${name}\0`)), c._malloc(4 + BODY + 16)]
  const cipher = encrypt => c._test_cipher_new(named, iv, key, encrypt)
  const crypt = (made, length) => c._test_cipher_crypt(made, 7, at, length)
  const [sealing, counts] = [cipher(1), name.startsWith('aes')]
  if (name.endsWith('-ctr')) {
    console.log(`${name.padEnd(30)} ${measure(() => crypt(sealing, BODY)).toFixed(3)}`)
    continue
  }
  const sealed = measure(() => crypt(sealing, 4 + BODY))
  crypt(cipher(1), 4 + BODY)
  const packet = view(at, 4 + BODY + 16).slice()
  let opener = cipher(0)
  const opened = measure(() => {
    view(at, packet.length).set(packet)
    if (crypt(opener, BODY) !== 0) throw new Error('a packet was refused')
    // A nonce that counts packets has to restart.
    if (counts) {
      c._test_cipher_free(opener)
      opener = cipher(0)
    }
  })
  console.log(`${name.padEnd(30)} sealed ${sealed.toFixed(3)}, opened ${opened.toFixed(3)}`)
}
