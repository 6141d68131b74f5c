// An SFTP server that stops at one step: `node step-gate.mjs FOLDER` passes packets between sshd and the real sftp-server. FOLDER/step names a request (NAME NTH before|after): there it stops,
// before the request or after it was carried out and before it is answered, writes its parent's process id to FOLDER/reached, and goes on when FOLDER/go is there.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'

const folder = process.argv[2] ?? ''
/** The types of draft-ietf-secsh-filexfer-02 section 3. @type {Readonly<Record<number, string>>} */
const NAMES = { 3: 'OPEN', 4: 'CLOSE', 6: 'WRITE', 10: 'FSETSTAT', 13: 'REMOVE', 18: 'RENAME' }
const EXTENDED = 200

const server = spawn('/usr/lib/openssh/sftp-server', { stdio: ['pipe', 'pipe', 'inherit'] })
const end = () => {
  server.kill('SIGKILL')
  process.exit(0)
}
process.stdin.on('end', end).on('error', end)
process.stdout.on('error', end)
server.on('exit', () => process.exit(0))

/** Calls `take` with each packet, without its length. @param {NodeJS.ReadableStream} stream @param {(packet: Buffer) => void} take */
function packets(stream, take) {
  let held = Buffer.alloc(0)
  stream.on('data', chunk => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 4 && held.length >= 4 + held.readUInt32BE(0)) {
      const length = held.readUInt32BE(0)
      take(held.subarray(4, 4 + length))
      held = held.subarray(4 + length)
    }
  })
}

/** @param {NodeJS.WritableStream} stream @param {Buffer} packet */
function send(stream, packet) {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(packet.length)
  stream.write(Buffer.concat([length, packet]))
}

/** @param {Buffer} packet */
function nameOf(packet) {
  if (packet[0] !== EXTENDED) return NAMES[packet[0] ?? 0] ?? ''
  const length = packet.readUInt32BE(5)
  return packet.toString('utf8', 9, 9 + length)
}

/** What waits while the gate is shut; `undefined`: it is open. @type {(() => void)[] | undefined} */
let waiting
/** @param {() => void} act */
const pass = act => {
  if (waiting) waiting.push(act)
  else act()
}
const seen = /** @type {Map<string, number>} */ (new Map())
/** The id of the request whose answer shuts the gate. */
let answered = -1

function shut() {
  waiting = []
  writeFileSync(`${folder}/reached`, String(process.ppid))
  const timer = setInterval(() => {
    if (!existsSync(`${folder}/go`)) return
    clearInterval(timer)
    const acts = waiting ?? []
    waiting = undefined
    for (const act of acts) act()
  }, 10)
}

/** @returns {readonly [string, number, string] | undefined} */
function step() {
  if (!existsSync(`${folder}/step`)) return undefined
  const [name = '', nth = '1', side = 'before'] = readFileSync(`${folder}/step`, 'utf8').split(' ')
  return [name, Number(nth), side]
}

packets(process.stdin, packet => pass(() => {
  const name = nameOf(packet)
  const wanted = step()
  if (wanted && name === wanted[0]) {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    if (count === wanted[1]) {
      unlinkSync(`${folder}/step`)
      seen.clear()
      if (wanted[2] === 'before') {
        shut()
        return pass(() => send(server.stdin, packet))
      }
      answered = packet.readUInt32BE(1)
    }
  }
  send(server.stdin, packet)
}))
packets(server.stdout, packet => pass(() => {
  if (answered >= 0 && packet.readUInt32BE(1) === answered) {
    answered = -1
    shut()
    return pass(() => send(process.stdout, packet))
  }
  send(process.stdout, packet)
}))
