import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { treeCommand } from './foreign-tree.ts'
import type { KeyType } from './key-pairs.ts'
import { freePort } from './port.ts'
import { startPeer } from './process.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, sshServer, withPortRetry, type SshServer } from './ssh-server.ts'
import { loginNamespace, type Login } from './sshd-login.ts'
import { temporaryDirectory } from './temporary.ts'

export interface DropbearOptions {
  /** Default: ed25519, ecdsa (P-256), rsa. */
  readonly hostKeyTypes?: readonly KeyType[]
  /** Dropbear of sid instead of the installed one. */
  readonly release?: 'sid'
  /** Who may log in, by password or by key. Default: `tester`. */
  readonly login?: Pick<Login, 'user' | 'password'>
  /** Further command-line words, as `-W 65536` or `-j`. */
  readonly flags?: readonly string[]
}

/** A real Dropbear. It only reads authorized_keys in the home directory, so it needs a temporary user: root, requirePeer('dropbear'). */
export async function startDropbear(options: DropbearOptions = {}): Promise<SshServer> {
  const login = options.login ?? { user: 'tester', password: 'correct horse' }
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  return withPortRetry(async () => {
    const directory = temporaryDirectory('dropbear')
    const port = await freePort()
    const namespace = loginNamespace(login, directory)
    mkdirSync(directory.file('home/.ssh'), { mode: 0o700 })
    writeFileSync(directory.file('home/.ssh/authorized_keys'), authorizedKeys(keys), { mode: 0o600 })
    for (const { type, path } of hostKeys) execFileSync('dropbearconvert', ['openssh', 'dropbear', path, directory.file(type)], { stdio: 'ignore' })
    const program = options.release === undefined ? ['/usr/sbin/dropbear'] : treeCommand(options.release, '/usr/sbin/dropbear', 'dropbear')
    const hostKeyFlags = hostKeys.flatMap(({ type }) => ['-r', directory.file(type)])
    const words = [...namespace, ...program, '-F', '-E', '-m', '-p', `127.0.0.1:${port}`, '-P', directory.file('pid'), ...hostKeyFlags, ...(options.flags ?? [])]
    const peer = await startPeer(words[0] as string, words.slice(1))
    const server = sshServer(peer, directory, { port, hostKeys, user: login.user, keys })
    try {
      await peer.logged(/Not backgrounding/)
      return server
    } catch (error) {
      await server.stop()
      throw error
    }
  })
}
