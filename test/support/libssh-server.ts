import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { treeLoader } from './foreign-tree.ts'
import type { KeyType } from './key-pairs.ts'
import { startPeer } from './process.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, listeningServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

const source = fileURLToPath(new URL('./peers/libssh-server/server.c', import.meta.url))
const built = fileURLToPath(new URL('../../.cache/libssh-server/server', import.meta.url))

export interface LibsshServerOptions {
  readonly hostKeyTypes?: readonly KeyType[]
  /** After so many bytes the server starts another key exchange. */
  readonly rekeyBytes?: number
  /** Trixie's library instead of the installed one. */
  readonly newer?: boolean
}

/** A server of libssh's API: commands, a shell, terminals, and OpenSSH's SFTP program. Compiled at the first need. */
export async function startLibsshServer(options: LibsshServerOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa']), compile()])
  const directory = temporaryDirectory('libssh-server')
  writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
  const program = [...(options.newer ? treeLoader('libssh') : []), built]
  const words = [...program.slice(1), String(options.rekeyBytes ?? 0), '/usr/lib/openssh/sftp-server', directory.file('authorized_keys'), ...hostKeys.map(({ path }) => path)]
  const peer = await startPeer(program[0] as string, words)
  return listeningServer(peer, directory, { hostKeys, keys })
}

async function compile(): Promise<void> {
  if (existsSync(built) && statSync(built).mtimeMs > statSync(source).mtimeMs) return
  mkdirSync(dirname(built), { recursive: true })
  // Renamed when complete: another process may compile too.
  const draft = `${built}.${process.pid}`
  await promisify(execFile)('gcc', ['-D_GNU_SOURCE', '-O1', '-Wall', '-Wextra', '-Werror', '-o', draft, source, '-lssh', '-lutil'])
  renameSync(draft, built)
}
