import { execFileSync } from 'node:child_process'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startDropbear } from '../support/dropbear.ts'
import { startGoServer } from '../support/go-server.ts'
import type { KeyType } from '../support/key-pairs.ts'
import { startParamiko } from '../support/paramiko.ts'
import type { PeerName } from '../support/require-peer.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import type { ClientKeys, SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startTinysshd } from '../support/tinysshd.ts'

/** What not every server has. */
export type Ability = 'pty' | 'sftp' | 'direct-tcpip' | 'tcpip-forward' | 'exit-signal' | 'small-packets' | 'channels'

export interface ServerRow {
  readonly name: string
  /** All of them must be there. */
  readonly peers: readonly PeerName[]
  start(): Promise<SshServer>
  readonly userKeys: readonly (keyof ClientKeys)[]
  readonly abilities: readonly Ability[]
  /** Its algorithms are tried pairwise only, not all with all. */
  readonly slow?: true
}

const hostKeyTypes: KeyType[] = ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa']
const userKeys: (keyof ClientKeys)[] = ['ed25519', 'ecdsa', 'rsa']
const all: Ability[] = ['channels', 'pty', 'sftp', 'direct-tcpip', 'tcpip-forward', 'exit-signal', 'small-packets']
const forwarding: Ability[] = ['direct-tcpip', 'tcpip-forward']

/** Configuration lines that switch on what OpenSSH has only for old peers. */
function everythingOn(): string[] {
  const names = (kind: string) => execFileSync('ssh', ['-Q', kind], { encoding: 'utf8' }).trim().split('\n').join(',')
  return [`KexAlgorithms ${names('kex')}`, `Ciphers ${names('cipher')}`, `MACs ${names('mac')}`, 'HostKeyAlgorithms +ssh-rsa', 'PubkeyAcceptedAlgorithms +ssh-rsa']
}

/** The rows of the interoperability tables. */
export const servers: readonly ServerRow[] = [
  { name: 'OpenSSH as installed', peers: ['sshd'], start: () => startSshd({ hostKeyTypes }), userKeys, abilities: all },
  { name: 'OpenSSH with Ed25519 host keys only', peers: ['sshd'], start: () => startSshd({ hostKeyTypes: ['ed25519'] }), userKeys, abilities: all },
  { name: 'OpenSSH with all that it has for old peers', peers: ['sshd'], start: () => startSshd({ hostKeyTypes, config: everythingOn() }), userKeys: [], abilities: [] },
  { name: 'OpenSSH 8.4', peers: ['sshd-bullseye'], start: () => startSshd({ release: 'bullseye', hostKeyTypes }), userKeys, abilities: all, slow: true },
  { name: 'OpenSSH 10.0', peers: ['sshd-trixie'], start: () => startSshd({ release: 'trixie', hostKeyTypes }), userKeys, abilities: all },
  { name: 'OpenSSH of sid', peers: ['sshd-sid'], start: () => startSshd({ release: 'sid', hostKeyTypes }), userKeys, abilities: all },
  { name: 'Dropbear', peers: ['dropbear', 'sshd-login'], start: () => startDropbear(), userKeys, abilities: all },
  { name: 'Dropbear of sid', peers: ['dropbear', 'dropbear-sid', 'sshd-login'], start: () => startDropbear({ release: 'sid' }), userKeys, abilities: all },
  { name: 'TinySSH', peers: ['tinysshd', 'sshd-login'], start: () => startTinysshd(), userKeys: ['ed25519'], abilities: ['pty', 'sftp', 'small-packets'] },
  { name: 'TinySSH of sid', peers: ['tinysshd', 'tinysshd-sid', 'sshd-login'], start: () => startTinysshd({ release: 'sid' }), userKeys: ['ed25519'], abilities: ['pty', 'sftp', 'small-packets'] },
  { name: 'AsyncSSH', peers: ['asyncssh'], start: () => startAsyncssh({ hostKeyTypes }), userKeys, abilities: ['channels', 'sftp', 'exit-signal', 'small-packets', ...forwarding], slow: true },
  { name: 'Paramiko', peers: ['paramiko'], start: () => startParamiko(), userKeys, abilities: ['channels', 'sftp'], slow: true },
  { name: 'npm ssh2', peers: [], start: () => startSsh2Server({ hostKeyTypes }), userKeys, abilities: ['channels', 'exit-signal', 'small-packets', ...forwarding] },
  { name: 'golang x/crypto', peers: ['go'], start: () => startGoServer({ hostKeyTypes }), userKeys, abilities: ['channels', 'direct-tcpip', 'small-packets'] },
]
