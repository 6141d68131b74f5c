import { execFileSync } from 'node:child_process'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startDropbear } from '../support/dropbear.ts'
import { startErlangServer } from '../support/erlang-server.ts'
import type { Release } from '../support/foreign-tree.ts'
import { startGoServer } from '../support/go-server.ts'
import type { KeyType } from '../support/key-pairs.ts'
import { startParamiko } from '../support/paramiko.ts'
import { startLibsshServer } from '../support/libssh-server.ts'
import { startMinaServer } from '../support/mina-server.ts'
import type { PeerName } from '../support/require-peer.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import type { ClientKeys, SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startTinysshd } from '../support/tinysshd.ts'

/** What not every server has, in this project's set-up of it. */
export type Ability = 'shell' | 'pty' | 'sftp' | 'direct-tcpip' | 'tcpip-forward' | 'exit-signal' | 'small-packets' | 'channels'

export interface ServerRow {
  readonly name: string
  /** All of them must be there. */
  readonly peers: readonly PeerName[]
  start(): Promise<SshServer>
  readonly userKeys: readonly (keyof ClientKeys)[]
  readonly abilities: readonly Ability[]
  /** `npm run test:interop` tries all of its algorithms that are not weak with all, not only every two together. */
  readonly product?: true
  /** The server set to change keys after a megabyte or less, and what it logs each time. */
  readonly rekey?: { start(): Promise<SshServer>; readonly logged: RegExp }
}

const hostKeyTypes: KeyType[] = ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa']
const userKeys: (keyof ClientKeys)[] = ['ed25519', 'ecdsa', 'rsa']
const all: Ability[] = ['channels', 'shell', 'pty', 'sftp', 'direct-tcpip', 'tcpip-forward', 'exit-signal', 'small-packets']
const allBut = (...lacking: Ability[]): Ability[] => all.filter((ability) => !lacking.includes(ability))
const tinyssh = allBut('channels', 'direct-tcpip', 'tcpip-forward', 'exit-signal')

/** Configuration lines that switch on what OpenSSH has only for old peers. */
function everythingOn(): string[] {
  const names = (kind: string) => execFileSync('ssh', ['-Q', kind], { encoding: 'utf8' }).trim().split('\n').join(',')
  return [`KexAlgorithms ${names('kex')}`, `Ciphers ${names('cipher')}`, `MACs ${names('mac')}`, 'HostKeyAlgorithms +ssh-rsa', 'PubkeyAcceptedAlgorithms +ssh-rsa']
}

function openssh(name: string, release?: Exclude<Release, 'python' | 'libssh'>): ServerRow {
  const own = release === undefined ? {} : { release }
  return {
    name,
    peers: [release === undefined ? 'sshd' : `sshd-${release}`],
    start: () => startSshd({ hostKeyTypes, ...own }),
    userKeys,
    abilities: all,
    ...(release === 'trixie' ? { product: true } : {}),
    rekey: { start: () => startSshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 1M'], ...own }), logged: /SSH2_MSG_KEXINIT sent/g },
  }
}

const asyncssh = (name: string, peer: PeerName, newer: boolean): ServerRow => ({
  name,
  peers: [peer],
  start: () => startAsyncssh({ hostKeyTypes, newer }),
  userKeys,
  abilities: allBut('pty'),
  rekey: { start: () => startAsyncssh({ listen: { rekey_bytes: 200_000 }, newer }), logged: /Beginning key exchange/g },
})

const paramiko = (name: string, peer: PeerName, newer: boolean): ServerRow => ({
  name,
  peers: [peer],
  start: () => startParamiko({ newer }),
  userKeys,
  abilities: ['channels', 'shell', 'sftp'],
  rekey: { start: () => startParamiko({ rekeyBytes: 1_000_000, newer }), logged: /Switch to new keys/g },
})

const libssh = (name: string, peers: PeerName[], newer: boolean): ServerRow => ({
  name,
  peers,
  start: () => startLibsshServer({ hostKeyTypes, newer }),
  userKeys,
  abilities: allBut('direct-tcpip', 'tcpip-forward'),
})

const mina: ServerRow = {
  name: 'Apache MINA SSHD',
  peers: ['mina'],
  start: () => startMinaServer({ hostKeyTypes }),
  userKeys,
  abilities: allBut('pty', 'exit-signal'),
  rekey: { start: () => startMinaServer({ rekeyBytes: 1_000_000 }), logged: /key exchange/g },
}

const erlang: ServerRow = {
  name: 'Erlang/OTP',
  peers: ['erlang'],
  start: () => startErlangServer(),
  userKeys,
  abilities: allBut('pty', 'exit-signal'),
}

/** The rows of the interoperability tables. */
export const servers: readonly ServerRow[] = [
  openssh('OpenSSH as installed'),
  { name: 'OpenSSH with Ed25519 host keys only', peers: ['sshd'], start: () => startSshd({ hostKeyTypes: ['ed25519'] }), userKeys, abilities: [] },
  { name: 'OpenSSH with all that it has for old peers', peers: ['sshd'], start: () => startSshd({ hostKeyTypes, config: everythingOn() }), userKeys: [], abilities: [] },
  openssh('OpenSSH 8.4', 'bullseye'),
  openssh('OpenSSH 10.0', 'trixie'),
  openssh('OpenSSH of sid', 'sid'),
  { name: 'Dropbear', peers: ['dropbear', 'sshd-login'], start: () => startDropbear(), userKeys, abilities: all, product: true },
  { name: 'Dropbear of sid', peers: ['dropbear', 'dropbear-sid', 'sshd-login'], start: () => startDropbear({ release: 'sid' }), userKeys, abilities: all, product: true },
  { name: 'TinySSH', peers: ['tinysshd', 'sshd-login'], start: () => startTinysshd(), userKeys: ['ed25519'], abilities: tinyssh, product: true },
  { name: 'TinySSH of sid', peers: ['tinysshd', 'tinysshd-sid', 'sshd-login'], start: () => startTinysshd({ release: 'sid' }), userKeys: ['ed25519'], abilities: tinyssh, product: true },
  asyncssh('AsyncSSH', 'asyncssh', false),
  asyncssh('AsyncSSH of trixie', 'asyncssh-trixie', true),
  paramiko('Paramiko', 'paramiko', false),
  paramiko('Paramiko of trixie', 'paramiko-trixie', true),
  {
    name: 'npm ssh2',
    peers: [],
    start: () => startSsh2Server({ hostKeyTypes }),
    userKeys,
    abilities: allBut('pty', 'sftp'),
    rekey: { start: () => startSsh2Server({ rekeyBytes: 300_000 }), logged: /Outbound: Sending KEXINIT/g },
  },
  {
    name: 'golang x/crypto',
    peers: ['go'],
    start: () => startGoServer({ hostKeyTypes }),
    userKeys,
    abilities: ['channels', 'shell', 'sftp', 'direct-tcpip', 'small-packets'],
    rekey: { start: () => startGoServer({ rekeyBytes: 1_000_000 }), logged: /key exchange/g },
  },
  // They take a minute each: npm test does without.
  ...(process.env.INTEROP === 'full' ? [libssh('libssh', ['libssh'], false), libssh('libssh of trixie', ['libssh', 'libssh-trixie'], true), mina, erlang] : []),
]
