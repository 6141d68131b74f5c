import { Duplex } from 'node:stream'
import type { Socket } from 'node:net'
import type { Channel } from '../../src/bindings/channel/channel.ts'
import { PublickeyPackets } from '../../src/bindings/publickey/packets.ts'
import { BadRecord, leadsElsewhere, parseAnnounced, parseTimes } from '../../src/cli/scp/legacy/record.ts'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { decodeFrame, FrameError } from '../../src/gateway-protocol/codec.ts'
import { decodeResume, encodeResume } from '../../src/gateway-protocol/resume.ts'
import { signByWebAuthn } from '../../src/keys/signers/webauthn-signature.ts'
import type { WebAuthnSignerOptions } from '../../src/keys/signers/webauthn-options.ts'
import { readForward } from '../../src/openssh/control/forward-message.ts'
import { Frames } from '../../src/openssh/control/frames.ts'
import { Proxied } from '../../src/openssh/control/proxied.ts'
import { serveProxy } from '../../src/openssh/control/proxy-server.ts'
import type { Shared } from '../../src/openssh/control/shared.ts'
import { DestinationError, parseDestination } from '../../src/openssh/destination.ts'
import { globExpression } from '../../src/openssh/glob.ts'
import { CookieReplacer } from '../../src/openssh/x11/cookie.ts'
import { AgentProtocol, type AgentInboundRequest } from '../../src/ssh2/index.ts'
import { openBySocks } from '../../src/transports/forward/socks.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { each, type Target, text } from './target.ts'

/** Parsers of what is not SSH itself: gateways, programs on this machine, the public key subsystem, scp, browsers. */

/** A stream that says the input, in two parts, and ends; what is written to it is dropped. */
function saying(input: Uint8Array): Duplex {
  const at = Math.min(input.length, 3)
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  for (const part of [input.slice(0, at), input.slice(at)]) if (part.length > 0) stream.push(Buffer.from(part))
  stream.push(null)
  return stream
}

/** The first byte times 1024 is the most that a frame may have; the rest is a frame, or the data for resuming. */
const gateway: Target = {
  name: 'gateway-protocol',
  words: ['\0\x01', '\0\x02', '\0\x04', '\0\x07', 'L\x01', 'L\x02', 'L\x03', 'L\x04', 'L\x05', '{"frame":1,"window":1,"resumeSeconds":1}', '"until":"', '"secret":"', '"url":"'],
  refusals: [FrameError],
  run: (input) => {
    const most = (input[0] ?? 0) << 10
    const resume = decodeResume(text(input.subarray(1)))
    if (resume && decodeResume(encodeResume(resume))?.received !== resume.received) throw new Error('the data for resuming does not come back')
    const frame = decodeFrame(input.subarray(1), most)
    if (frame?.type === 'data' && frame.data.length > most) throw new Error('more data than a frame may have')
    if (frame && 'position' in frame && !Number.isSafeInteger(frame.position)) throw new Error('a position that no stream has')
  },
}

const socks: Target = {
  name: 'socks',
  words: ['\x05\x01\0', '\x05\x01\0\x01', '\x05\x01\0\x03', '\x05\x01\0\x04', '\x04\x01', '\0\0\0\x01', 'h.example', '\0'],
  run: async (input) => {
    const socket = saying(input)
    socket.on('error', () => {})
    try {
      const { host, port } = await openBySocks(socket, async (target) => target)
      if (host === '' || /[\p{C}\s]/u.test(host) || !(port >= 0 && port <= 65535)) throw new Error('a target that nobody can mean')
    } finally {
      socket.destroy()
    }
  },
}

const SHOWN = Uint8Array.from({ length: 16 }, (_, at) => at + 1), REAL = new Uint8Array(16).fill(0xee)
const WRONG = /^an X11 program (showed a wrong cookie|began with a malformed message)$/

/** The first byte is where the message is cut. Whoever does not know the shown cookie never gets the real one sent. */
const x11: Target = {
  name: 'x11-cookie',
  words: ['l\0\x0b\0\0\0\x12\0\x10\0\0\0MIT-MAGIC-COOKIE-1\0\0', 'B\0\0\x0b\0\0\0\x12\0\x10\0\0', Buffer.from(SHOWN).toString('latin1')],
  run: (input) => {
    const replacer = new CookieReplacer(SHOWN, REAL)
    const message = input.slice(1), at = Math.min(message.length, input[0] ?? 0)
    try {
      const out = Buffer.concat([replacer.feed(message.subarray(0, at)), replacer.feed(message.subarray(at))])
      if (out.length > 0 && !Buffer.from(message).includes(SHOWN)) throw new Error('a message passed that does not have the cookie')
    } catch (error) {
      if (!(error instanceof Error && WRONG.test(error.message))) throw error
    }
  },
}

/** A line of a server's scp. */
const scpRecord: Target = {
  name: 'scp-record',
  words: ['C0644 ', 'D0755 0 ', 'T1100000000 0 1100000000 0', '..', '.', '/', '\0', '9007199254740993 '],
  refusals: [BadRecord],
  run: (input) => each([
    () => parseTimes(Buffer.from(input)),
    () => {
      const { mode, size, name } = parseAnnounced(Buffer.from(input))
      if (mode > 0o7777 || !Number.isSafeInteger(size)) throw new Error('a size or mode that there is not')
      const words = text(name)
      if (!leadsElsewhere(name) && (words.includes('/') || words === '..' || words === '.' || words === '')) throw new Error('a name that leads out of the folder')
    },
  ], [BadRecord]),
}

const noConnection = async (): Promise<never> => { throw new SSHError('none', { code: 'ERR_CONTROL_SOCKET' }) }
const noClient = new Proxy({}, { get: () => noConnection })
const START = { env: { A: 'b' }, pty: {}, agentForwarding: true, x11: true }

/** What a program says to a master of shared connections, and a master to a program. */
const controlSocket: Target = {
  name: 'control-socket',
  words: ['\0\0\0\x12\0\x5a', '\0\0\0\x11\0\x5b', '\0\x5c', '\0\x5d', '\0\x5e', '\0\x5f', '\0\x60', '\0\x61', '\0\x62', '\0\x63', '\0\0\0\x07session', '\0\0\0\x0cdirect-tcpip', '\0\0\0\x04exec', '\0\0\0\x0bexit-status'],
  run: (input) => each([
    async () => {
      const frames = new Frames(saying(input) as Socket)
      for (let frame = await frames.next(); frame; frame = await frames.next()) readForward(new WireReader(frame))
    },
    () => serveProxy({ client: noClient, config: { sendEnv: [], setEnv: {} }, person: { tell: () => {} } } as unknown as Shared, new Frames(saying(input) as Socket)),
    async () => {
      const { stdout, stderr, exit } = await new Proxied(new Frames(saying(input) as Socket), true).exec('command', START)
      const drained = async (stream: ReadableStream<Uint8Array>) => { for await (const _ of stream) continue }
      await Promise.allSettled([drained(stdout), drained(stderr)])
      await exit
    },
  ]),
}

/** Replies of the public key subsystem, each request getting all of them. */
const publickeySubsystem: Target = {
  name: 'publickey-subsystem',
  words: ['\0\0\0\x07version\0\0\0\x02', '\0\0\0\x06status\0\0\0\0', '\0\0\0\x09publickey', '\0\0\0\x0bssh-ed25519', 'comment'],
  run: (input) => {
    const packets = () => {
      let left = input.slice()
      return new PublickeyPackets({
        session: { complete: async (call: () => unknown) => call() },
        write: () => 0,
        read: () => {
          const data = left.subarray(0, 7)
          left = left.subarray(7)
          return [data.length, data]
        },
      } as unknown as Channel)
    }
    return each([() => packets().agreeOnVersion(), () => packets().list(), () => packets().add('ssh-ed25519', new Uint8Array(4), true, []), () => packets().remove('ssh-ed25519', new Uint8Array(4))])
  },
}

/** What a host is called on a command line or in a link. */
const destination: Target = {
  name: 'destination',
  words: ['ssh://', '@', ':22', '[::1]', '%40', '%', '/'],
  refusals: [DestinationError],
  run: (input) => {
    const { host } = parseDestination(text(input))
    if (host === '') throw new Error('no host')
  },
}

/** A pattern, and behind a line break a name that a server has: nothing is refused. */
const glob: Target = {
  name: 'glob',
  words: ['*', '?', '[', ']', '[!', '[^', '-', '\\', '[:alpha:]', '\n', '\u{10000}', '\uE000', 'a'],
  run: (input) => {
    const [pattern, ...name] = text(input).split('\n')
    globExpression(pattern!).test(name.join('\n').repeat(50))
  },
}

/** Both sides of npm ssh2's stream of the agent protocol. Its errors are plain ones, as there. */
const agentProtocol: Target = {
  name: 'agent-protocol',
  words: ['\0\0\0\x01\x0b', '\x0d', '\x0c', '\x0e', '\0\0\0\x01\x05', '\0\0\0\x0bssh-ed25519', '\0\0\0\x07ssh-rsa'],
  run: async (input) => {
    for (const isClient of [false, true]) {
      const protocol = new AgentProtocol(isClient)
      let failure: Error | undefined
      protocol.on('error', (error: Error) => { failure = error })
      protocol.on('identities', (request: AgentInboundRequest) => protocol.getIdentitiesReply(request, []))
      protocol.on('sign', (request: AgentInboundRequest) => protocol.failureReply(request))
      if (isClient) for (let asked = 0; asked < 4; asked++) protocol.getIdentities(() => {})
      protocol.write(Buffer.from(input.slice()))
      await new Promise((resolve) => { setImmediate(resolve) })
      protocol.destroy()
      // A fault of the program, where it is no error about the input.
      if (failure && failure.constructor !== Error && !(failure instanceof SSHError)) throw failure
    }
  },
}

const DATA = new Uint8Array(32)
/** The first two bytes are the lengths of an authenticator's data and signature; the rest is what the browser says of them. */
const webauthn: Target = {
  name: 'webauthn',
  words: ['{"type":"webauthn.get","challenge":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","origin":"', 'https://h.example"', ',"crossOrigin":false}', '0\x06\x02\x01\x01\x02\x01\x01'],
  run: async (input) => {
    const [first = 0, second = 0] = input, rest = input.slice(2)
    const authenticatorData = Uint8Array.from([...RP_HASH, ...rest.subarray(0, first)]).buffer
    const signature = rest.slice(first, first + second).buffer, clientDataJSON = rest.slice(first + second).buffer
    const credentials = { get: async () => ({ response: { authenticatorData, clientDataJSON, signature } }) }
    await signByWebAuthn(DATA, RP, { credentialId: DATA, credentials } as unknown as WebAuthnSignerOptions)
  },
}
const RP = 'h.example'
const RP_HASH = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(RP)))

export const localTargets: readonly Target[] = [gateway, socks, x11, scpRecord, controlSocket, publickeySubsystem, destination, glob, agentProtocol, webauthn]
