import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseForward } from '../../src/openssh/forward-spec.ts'
import { readSshConfig } from '../../src/openssh/config/ssh-config.ts'
import { Asked, type Expected, type Reply } from '../../src/sftp/protocol/asked.ts'
import type { SftpConnection } from '../../src/sftp/protocol/connection.ts'
import { checkFile } from '../../src/sftp/protocol/check-file.ts'
import { homeDirectory } from '../../src/sftp/protocol/home.ts'
import { askLimits } from '../../src/sftp/protocol/limits.ts'
import { ownerNames } from '../../src/sftp/protocol/owners.ts'
import { PacketSplitter } from '../../src/sftp/protocol/packet-splitter.ts'
import { SftpRequests } from '../../src/sftp/protocol/requests.ts'
import { readStatvfs } from '../../src/sftp/protocol/statvfs.ts'
import { SSHError } from '../../src/errors/ssh-error.ts'
import { fingerprint, randomart } from '../../src/host-key/fingerprint.ts'
import { verifyHostCertificate } from '../../src/host-key/host-certificate.ts'
import { knownHosts } from '../../src/host-key/known-hosts/known-hosts.ts'
import type { HostKeyPolicy } from '../../src/host-key/policy.ts'
import { KnownHostsFile } from '../../src/host-key/known-hosts/file.ts'
import { REVOCATION_LIST } from '../../src/host-key/revoked-keys/revocation-list.ts'
import { readRevokedKeys } from '../../src/host-key/revoked-keys/revoked-keys.ts'
import { joinBytes } from '../../src/wire-format/bytes.ts'
import { AgentClient } from '../../src/keys/agent/client.ts'
import { parseCertificate } from '../../src/keys/certificate.ts'
import { parsePrivateKey } from '../../src/keys/files/parse-private-key.ts'
import { formatPublicKey, parsePublicKey } from '../../src/keys/public-key.ts'
import { formatPem } from '../../src/wire-format/pem.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireFormatError } from '../../src/wire-format/wire-format-error.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { localTargets } from './local-targets.ts'
import { opensshTargets } from './openssh-targets.ts'
import { each, type Target, text } from './target.ts'

/** Small RSA keys keep the seeds small. */
const KEY_OPTIONS = { minimumRsaBits: 512 }

const PEM_LABELS = ['OPENSSH PRIVATE KEY', 'PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'DSA PRIVATE KEY']

const privateKeyText: Target = {
  name: 'private-key-text',
  words: ['-----BEGIN ', '-----END ', ...PEM_LABELS, '-----\n', 'Proc-Type: 4,ENCRYPTED\n', 'DEK-Info: AES-128-CBC,', 'PuTTY-User-Key-File-3: ', 'PuTTY-User-Key-File-2: ', 'ssh-ed25519', 'Encryption: ', 'aes256-cbc', 'none',
    'Comment: ', 'Public-Lines: ', 'Private-Lines: ', 'Private-MAC: ', 'Key-Derivation: Argon2id\n', 'Argon2-Memory: ', 'Argon2-Passes: ', 'Argon2-Parallelism: ', 'Argon2-Salt: ', '\r\n', '\n'],
  run: (input) => parsePrivateKey(text(input), KEY_OPTIONS),
}

/** The first byte is the kind of armour, and whether there is a passphrase: then the key's own derivation is run. */
const privateKeyBytes: Target = {
  name: 'private-key-bytes',
  // kdf-limits.ts allows 1,024 rounds of bcrypt. For 769 ssh-keygen takes 4.3 s of CPU, and we 6.7 s while V8 measures coverage.
  longest: 30,
  words: ['openssh-key-v1\0', 'none', 'bcrypt', 'aes256-ctr', 'aes256-cbc', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256', 'nistp256', 'sk-ssh-ed25519@openssh.com', 'ssh-mldsa44-ed25519'],
  run: (input) => {
    const label = PEM_LABELS[(input[0] ?? 0) % PEM_LABELS.length]!
    const passphrase = (input[0] ?? 0) >= 240 ? 'x' : undefined
    return parsePrivateKey(formatPem(label, input.subarray(1)), { ...KEY_OPTIONS, passphrase })
  },
}

const publicKey: Target = {
  name: 'public-key',
  words: ['ssh-rsa', 'ssh-ed25519', 'ecdsa-sha2-nistp256', 'nistp256', 'nistp384', 'sk-ssh-ed25519@openssh.com', 'ssh:', 'ssh-ed25519-cert-v01@openssh.com', 'ssh-mldsa44-ed25519', '---- BEGIN SSH2 PUBLIC KEY ----\n', 'Comment: '],
  run: (input) => each([
    () => parsePublicKey(text(input)),
    () => formatPublicKey({ ...parsePublicKey(input), comment: 'c' }),
    () => fingerprint(input),
    () => randomart(input),
  ]),
}

const certificate: Target = {
  name: 'certificate',
  words: ['ssh-ed25519-cert-v01@openssh.com', 'ssh-rsa-cert-v01@openssh.com', 'ssh-mldsa44-ed25519-cert', 'force-command', 'source-address', 'permit-pty', 'h.example', '*'],
  run: (input) => each([async () => verifyHostCertificate(parseCertificate(input), 'h.example')]),
}

/** Text that looks like the path of a file is refused as the caller's mistake; its lines are tried all the same. */
function policyOf(source: string, file: KnownHostsFile): HostKeyPolicy {
  try {
    return knownHosts(source)
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('the known hosts look like a path')) return knownHosts(file)
    throw error
  }
}

const knownHostsText: Target = {
  name: 'known-hosts',
  words: ['@cert-authority ', '@revoked ', '|1|', 'h.example', '[h.example]:2222', '*', '!', ',', ' ', '\n', 'ssh-ed25519 ', 'AAAA'],
  run: async (input) => {
    const source = text(input)
    const file = new KnownHostsFile(source)
    await file.find('h.example', 22)
    await file.find('h.example', 2222)
    const kept = file.toString()
    if (kept !== (source === '' || source.endsWith('\n') ? source : `${source}\n`)) throw new Error('the text was not written back as it was')
    const key = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32)).finish()
    const policy = policyOf(source, file)
    await each([
      () => policy.preferredAlgorithms?.('h.example', 22),
      () => policy.verify({ host: 'h.example', port: 22, key, algorithm: 'ssh-ed25519' }),
      () => file.remove('h.example', 22),
    ])
  },
}

const local = { name: 'me', uid: 1000, home: '/nonexistent', hostName: 'here', environment: { HOME: '/nonexistent' } }
let folder: string | undefined

function temporaryFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fuzz-'))
  process.once('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}

const sshConfig: Target = {
  name: 'ssh-config',
  words: ['Host ', 'Match ', 'all', 'final', 'canonical', 'host ', 'originalhost ', 'user ', 'localuser ', 'HostName ', 'User ', 'Port ', 'IdentityFile ', 'ProxyJump ', 'LocalForward ', 'DynamicForward ', 'RemoteForward ', 'Ciphers +', 'SetEnv A=b ',
    'SendEnv ', 'ServerAliveInterval ', 'ConnectTimeout ', '%h', '%%', '${HOME}', '~', '"', '=', '!', '*', '?', 'yes', 'no', '10m', '\n'],
  run: (input) => {
    folder ??= temporaryFolder()
    const file = join(folder, 'config')
    // What includes other files or runs commands is not for random words.
    writeFileSync(file, text(input).replace(/include|exec/gi, 'x'))
    return readSshConfig({ host: 'h.example', file, local })
  },
}

const forwardSpec: Target = {
  name: 'forward-spec',
  words: ['localhost', '[::1]', ':', '/', '*', '8080'],
  run: (input) => { for (const kind of ['local', 'remote', 'dynamic'] as const) parseForward(text(input), kind) },
}

/** The input is what an agent says, whatever it is asked. */
const agent: Target = {
  name: 'agent',
  words: ['\0\0\0\x01\x05', '\0\0\0\x01\x06', '\x0c', '\x0e', 'ssh-ed25519', 'ssh-rsa'],
  run: (input) => {
    const client = () => new AgentClient({
      readable: new ReadableStream({ start(controller) { controller.enqueue(input.slice()); controller.close() } }),
      writable: new WritableStream(),
    })
    return each([
      () => client().identities(),
      () => client().sign(new Uint8Array(10), new Uint8Array(10), 'ssh-ed25519'),
      () => client().extension('query'),
    ])
  },
}

/** The first byte is the type of an answer, the rest its body; every request gets it. */
const sftpAnswers: Target = {
  name: 'sftp',
  words: ['limits@openssh.com', 'statvfs@openssh.com', '\0\0\0\x06sha256', '\0\0\0\x0acheck-file'],
  run: async (input) => {
    const reply = (): Reply => ({ type: input[0] ?? 0, body: new WireReader(input.slice(1)) })
    const connection = {
      extensions: new Map([['limits@openssh.com', '1'], ['statvfs@openssh.com', '2'], ['expand-path@openssh.com', '1'], ['users-groups-by-id@openssh.com', '1'], ['home-directory', '1'], ['check-file', '1']]),
      channel: { session: { bannerGet: () => 'SSH-2.0-server' } },
      send: <T>(head: (id: number) => Uint8Array, _data: unknown, expected: Expected<T>) => {
        const asked = new Asked(expected)
        head(1)
        asked.settle(reply())
        return asked.answer
      },
    } as unknown as SftpConnection
    const requests = new SftpRequests(connection)
    const handle = { id: new Uint8Array(4), path: '/p' }
    const splitter = new PacketSplitter(() => {})
    await each([
      () => requests.open('/p', 1, {}), () => requests.read(handle, 0, 100), () => requests.readdir(handle), () => requests.stat('/p'),
      () => requests.readlink('/p'), () => requests.realpath('/p'), () => requests.mkdir('/p', {}), () => requests.close(handle), () => requests.extendedName('expand-path@openssh.com', '~', () => {}),
      () => askLimits(requests, undefined),
      () => requests.extendedReply('statvfs@openssh.com', '/p', () => {}, readStatvfs),
      () => ownerNames(requests, { users: [0, 1], groups: [0] }, undefined), () => homeDirectory(requests, 'user', undefined),
      () => checkFile(requests, 'check-file-name', '/p', '/p', {}), () => checkFile(requests, 'check-file-handle', handle.id, '/p', { blockSize: 256 }),
      () => { splitter.push(input); splitter.push(input.subarray(1)) },
    ])
  },
}

/** Even bytes choose what is read next. */
const wireReader: Target = {
  name: 'wire-reader',
  run: (input) => {
    const reader = new WireReader(input)
    for (;;) {
      switch (reader.byte() % 8) {
        case 0: reader.boolean(); break
        case 1: reader.uint32(); break
        case 2: reader.uint64(); break
        case 3: reader.string(); break
        case 4: reader.text(); break
        case 5: reader.mpint(); break
        case 6: reader.nameList(); break
        default: reader.bytes(reader.byte())
      }
    }
  },
  refusals: [WireFormatError],
}

const revokedKeys: Target = {
  name: 'revoked-keys',
  words: ['SSHKRL\n\0', 'ssh-ed25519', '\x01', '\x20', '\x21', '\x22', '\x23', '\x39', '\xff'],
  run: (input) => each([() => readRevokedKeys(input), () => readRevokedKeys(joinBytes([REVOCATION_LIST, input]))]),
}

export const targets: readonly Target[] = [...opensshTargets, ...localTargets, revokedKeys, privateKeyText, privateKeyBytes, publicKey, certificate, knownHostsText, sshConfig, forwardSpec, agent, sftpAnswers, wireReader]

/** The error of a run that is no refusal of bad input. */
export async function failureOf({ run, refusals = [SSHError] }: Target, input: Uint8Array): Promise<unknown> {
  try {
    await run(input)
    return undefined
  } catch (error) {
    return refusals.some((refusal) => error instanceof refusal) ? undefined : error
  }
}
