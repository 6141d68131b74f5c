import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { KeyType } from './key-pairs.ts'
import { startPeer } from './process.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, listeningServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

const source = fileURLToPath(new URL('./peers/go-server/main.go', import.meta.url))
const built = fileURLToPath(new URL('../../.cache/go-server/server', import.meta.url))

export interface GoServerOptions {
  readonly hostKeyTypes?: readonly KeyType[]
  /** After so many bytes the server starts another key exchange. */
  readonly rekeyBytes?: number
}

/** The server of golang.org/x/crypto/ssh: commands, a shell, SFTP and direct-tcpip. Compiled on first use (half a minute). */
export async function startGoServer(options: GoServerOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa']), compile()])
  const directory = temporaryDirectory('go-server')
  writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
  const peer = await startPeer(built, [String(options.rekeyBytes ?? 0), directory.file('authorized_keys'), ...hostKeys.map(({ path }) => path)])
  return listeningServer(peer, directory, { hostKeys, keys })
}

async function compile(): Promise<void> {
  if (existsSync(built) && statSync(built).mtimeMs > statSync(source).mtimeMs) return
  const folder = fileURLToPath(new URL('../../.cache/go-server/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  // Debian's packages are a GOPATH without modules. Renamed when complete: another process may compile too.
  const draft = `${built}.${process.pid}`
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: `${folder}cache`, GOTOOLCHAIN: 'local' }
  await promisify(execFile)('/usr/bin/go', ['build', '-o', draft, source], { env })
  renameSync(draft, built)
}
