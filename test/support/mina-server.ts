import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { treeFile } from './foreign-tree.ts'
import type { KeyType } from './key-pairs.ts'
import { startPeer } from './process.ts'
import { authorizedKeys, clientKeys, hostKeyPairs, listeningServer, type SshServer } from './ssh-server.ts'
import { temporaryDirectory } from './temporary.ts'

const source = fileURLToPath(new URL('./peers/mina-server/Server.java', import.meta.url))
/** Of the rest of the package one part would have to be configured to be left out of use. */
const jars = ['sshd-common', 'sshd-core', 'sshd-sftp', 'slf4j-api', 'slf4j-nop', 'eddsa', 'bcprov', 'bcpkix', 'bcutil'].map((name) => treeFile('mina', `/usr/share/java/${name}.jar`))

export interface MinaServerOptions {
  readonly hostKeyTypes?: readonly KeyType[]
  /** After so many bytes the server starts another key exchange. */
  readonly rekeyBytes?: number
}

/** Apache MINA SSHD of trixie in the machine's Java: commands, a shell, SFTP, and TCP forwarding both ways. Java compiles it at each start (some seconds). */
export async function startMinaServer(options: MinaServerOptions = {}): Promise<SshServer> {
  const [keys, hostKeys] = await Promise.all([clientKeys(), hostKeyPairs(options.hostKeyTypes ?? ['ed25519', 'ecdsa', 'rsa'])])
  const directory = temporaryDirectory('mina-server')
  writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
  const words = [source, String(options.rekeyBytes ?? 0), directory.file('authorized_keys'), ...hostKeys.map(({ path }) => path)]
  const peer = await startPeer('/usr/bin/java', ['-Xmx256m', '-cp', jars.join(':'), ...words])
  return listeningServer(peer, directory, { hostKeys, keys, patience: 60_000 })
}
