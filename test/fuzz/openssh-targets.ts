import { verifySignature } from '../../src/host-key/verify-signature.ts'
import { hostKeysAnnounced } from '../../src/client/host-key-update.ts'
import { bindForwarded, bindSession } from '../../src/keys/agent/session-bind.ts'
import { AgentClient } from '../../src/keys/agent/client.ts'
import { parseAllowedSigners } from '../../src/sshsig/allowed-signers.ts'
import { parseSignature } from '../../src/sshsig/blob.ts'
import { verifyMessage } from '../../src/sshsig/index.ts'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { type Target, each, text } from './target.ts'

/** Parsers of OpenSSH's extensions that are in TypeScript. Those in C are in test/native/fuzz-session.c. */

/** An announcement that is refused as a whole has an error of no class of its own: `debug` alone gets it. */
const REFUSED = /^the server announces (too many bytes of host keys|too many host keys|a host key twice)$/

/**
 * `hostkeys-00@openssh.com` and the answer to `hostkeys-prove-00@openssh.com`. The first byte chooses the algorithm of the key exchange, the next two
 * are the length of the announcement; the rest is the answer.
 */
const hostKeys: Target = {
  name: 'host-keys-announced',
  words: ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'nistp256', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-mldsa44-ed25519', 'ssh-ed25519-cert-v01@openssh.com', '\0\0\0\x33', '\0\0\0\x53', '\0\0\0\x40', '\0\0\0\x20'],
  run: async (input) => {
    const length = (input[1] ?? 0) << 8 | (input[2] ?? 0)
    const body = input.subarray(3, 3 + length), answer = input.slice(3 + length)
    const session = {
      hostkey: () => ({ key: new Uint8Array(4), type: 0 }),
      firstExchange: () => ({ sessionId: new Uint8Array(32), hostKey: new Uint8Array(4), signature: new Uint8Array() }),
      methods: () => ['ssh-ed25519', 'rsa-sha2-256', 'rsa-sha2-512-cert-v01@openssh.com'][(input[0] ?? 0) % 3],
      globalRequest: (_: string, __: Uint8Array, answered: (body: Uint8Array) => void) => { answered(answer); return 0 },
      complete: async (call: () => unknown) => call(),
      ended: () => new Promise<never>(() => {}),
    } as unknown as Parameters<typeof hostKeysAnnounced>[0]
    try {
      await hostKeysAnnounced(session, { host: 'h', port: 22 }, async ({ keys, prove }) => {
        const announced = readAll(body)
        for (const key of keys) if (!announced.some((one) => Buffer.compare(one, key) === 0)) throw new Error('a key that was not announced')
        if (await prove(keys)) throw new Error('a proof that nobody has made holds')
      }, ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'ssh-mldsa44-ed25519'], body)
    } catch (error) {
      if (!(error instanceof Error && REFUSED.test(error.message))) throw error
    }
  },
}

function readAll(body: Uint8Array): Uint8Array[] {
  const reader = new WireReader(body)
  const strings: Uint8Array[] = []
  while (reader.remaining > 0) strings.push(reader.string())
  return strings
}

/** What an agent answers to session-bind, as its user and as one whose agent is forwarded. */
const sessionBind: Target = {
  name: 'session-bind',
  words: ['\0\0\0\x01\x06', '\0\0\0\x01\x05', '\0\0\0\x01\x1c', '\0\0\0'],
  run: (input) => {
    const session = { sessionId: new Uint8Array(32), hostKey: new Uint8Array(51), signature: new Uint8Array(83) }
    // In two parts, so that an answer also comes cut.
    const agent = () => ({
      readable: new ReadableStream<Uint8Array>({
        start(controller) {
          for (const part of [input.slice(0, 2), input.slice(2)]) if (part.length > 0) controller.enqueue(part)
          controller.close()
        },
      }),
      writable: new WritableStream<Uint8Array>(),
    })
    return each([() => bindSession(new AgentClient(agent()), session), () => bindForwarded(agent(), session)])
  },
}

/** The first byte is where the key ends and the signature begins; both have the lengths that get as far as the arithmetic, or those of the input. */
const mlDsa: Target = {
  name: 'mldsa44',
  words: ['ssh-mldsa44-ed25519', '@openssh.com', '\0\0\x05\x40', '\0\0\x09\xb4'],
  run: (input) => {
    const name = (input[0] ?? 0) & 1 ? 'ssh-mldsa44-ed25519' : 'ssh-mldsa44-ed25519@openssh.com'
    const at = Math.min(input.length, 2 * (input[1] ?? 0))
    const sized = (part: Uint8Array, length: number) => {
      if ((input[0] ?? 0) & 2) return part
      const whole = new Uint8Array(length)
      whole.set(part.subarray(0, length))
      return whole
    }
    const blob = (content: Uint8Array) => new WireWriter().string(name).string(content).finish()
    return each([async () => {
      if (await verifySignature(blob(sized(input.subarray(2, at), 1344)), blob(sized(input.subarray(at), 2484)), input.slice())) throw new Error('a signature that nobody has made holds')
    }])
  },
}

/** A line of who may sign, for a key of the fuzzer's. */
const SIGNER = `a ssh-ed25519 ${Buffer.from(new WireWriter().string('ssh-ed25519').string(new Uint8Array(32)).finish()).toString('base64')}\n`

/** Text or blob of a signature, which is then verified, and a list of who may sign. */
const messageSignature: Target = {
  name: 'message-signature',
  words: ['-----BEGIN SSH SIGNATURE-----\n', '-----END SSH SIGNATURE-----\n', 'SSHSIG', 'cert-authority', 'namespaces="', 'valid-after="20260101"', 'valid-before="', ' ssh-ed25519 ', ',', '"'],
  run: (input) => each([
    () => parseSignature(input), () => parseSignature(text(input)), () => parseAllowedSigners(text(input)),
    async () => {
      const { namespace } = parseSignature(input)
      // With a NUL no signature of a seed is one of this message.
      await verifyMessage(input, '\0', { namespace, allowedSigners: SIGNER })
      throw new Error('a signature that nobody has made holds')
    },
  ], [SSHError, TypeError]),
}

export const opensshTargets: readonly Target[] = [hostKeys, sessionBind, mlDsa, messageSignature]
