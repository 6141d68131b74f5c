/// The SSH server of `npm run terminal`: a private sshd that ends with the command.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprint, formatPrivateKey, formatPublicKey, generateKeyPair } from 'libssh2-wasm'
import { type EmbeddedServer, freePort, startServer } from '../../node/embedded-server.ts'
import { MOUNT_CHECK, ownEtc } from '../../node/own-etc.ts'
import { launchSshd, SSHD, sshdConfig } from '../../node/launch-sshd.ts'

export interface DemoServer extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly username: string
  /** Set if this machine allows a temporary user with one. */
  readonly password: string | undefined
  /** A private key file that may log in. */
  readonly keyFile: string
  /** The fingerprint of its host key, for comparison. */
  readonly fingerprint: string
}

const USER = 'demo'
/** The user's home inside the namespace. */
const HOME = '/mnt'

export async function startDemoServer(say: (text: string) => void): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), 'libssh2-wasm-terminal-'))
  const key = await generateKeyPair('ed25519', { comment: 'libssh2-wasm demo' })
  const keyFile = join(folder, 'id_demo')
  const withPassword = process.getuid?.() === 0 && existsSync(SSHD) && mountsAllowed()
  if (withPassword) {
    writeFileSync(keyFile, await formatPrivateKey(key), { mode: 0o600 })
    return startWithUser(folder, keyFile, formatPublicKey(key))
  }
  const server = await startServer(say)
  writeFileSync(keyFile, server.privateKey, { mode: 0o600 })
  return { ...server, password: undefined, keyFile, fingerprint: await fingerprintOf(server), async [Symbol.asyncDispose]() {
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  } }
}

async function fingerprintOf({ knownHost }: EmbeddedServer): Promise<string> {
  return fingerprint(Buffer.from(knownHost.split(' ')[2] ?? '', 'base64'))
}

/** Containers may refuse mounts even to root. */
function mountsAllowed(): boolean {
  return spawnSync(MOUNT_CHECK[0], MOUNT_CHECK.slice(1)).status === 0
}

/** A user who exists only for this sshd: it has a home and an /etc of its own in a separate mount namespace. */
async function startWithUser(folder: string, keyFile: string, publicKey: string): Promise<DemoServer> {
  const file = (name: string) => join(folder, name)
  const password = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => 'abcdefghjkmnpqrstuvwxyz23456789'[byte % 31]).join('')
  const host = await generateKeyPair('ed25519')
  writeFileSync(file('host'), await formatPrivateKey(host), { mode: 0o600 })
  writeFileSync(file('authorized_keys'), `${publicKey}\n`)
  mkdirSync(file('home'))
  writeFileSync(join(file('home'), 'hello.txt'), 'Hello from the demo server.\n')
  writeFileSync(join(file('home'), '.bashrc'), 'PS1="\\[\\e[32m\\]demo\\[\\e[0m\\]:\\[\\e[34m\\]\\w\\[\\e[0m\\]\\$ "\nalias ls="ls --color=auto"\n')
  writeFileSync(file('passwd'), `${readFileSync('/etc/passwd', 'utf8')}${USER}:x:0:0::${HOME}:/bin/bash\n`)
  const hash = execFileSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' }).trim()
  writeFileSync(file('shadow'), `${USER}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 })
  const port = await freePort()
  writeFileSync(file('sshd_config'), sshdConfig(port, `HostKey ${file('host')}`, `AuthorizedKeysFile ${file('authorized_keys')}`,
    'PermitRootLogin yes', 'PasswordAuthentication yes', 'PrintLastLog no'))
  const mounts = [`mount --bind '${file('home')}' ${HOME}`, ...ownEtc(file('etc'), { passwd: file('passwd'), shadow: file('shadow') })]
  const end = await launchSshd(file('sshd_config'), ['unshare', '--mount', 'sh', '-c', `${mounts.join(' && ')} && exec "$@"`, 'sh'])
  return {
    name: 'OpenSSH’s sshd', port, username: USER, password, keyFile, fingerprint: await fingerprint(host.publicKey),
    async [Symbol.asyncDispose]() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
