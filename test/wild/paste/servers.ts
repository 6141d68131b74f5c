import { startAsyncssh } from '../../support/asyncssh.ts'
import { startDropbear } from '../../support/dropbear.ts'
import type { PeerName } from '../../support/require-peer.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'

export interface PasteServer {
  readonly name: string
  /** All of them must be there. */
  readonly peers: readonly PeerName[]
  start(): Promise<SshServer>
}

/** AsyncSSH edits lines itself unless it is told that the terminal behind it does. */
const terminalOfItsOwn = { line_editor: false }

/** Servers with terminals. The first of each family comes with `npm test`. */
export const servers: readonly PasteServer[] = [
  { name: 'OpenSSH as installed', peers: ['sshd'], start: () => startSshd() },
  { name: 'Dropbear', peers: ['dropbear', 'sshd-login'], start: () => startDropbear() },
  { name: 'AsyncSSH', peers: ['asyncssh'], start: () => startAsyncssh({ listen: terminalOfItsOwn }) },
  { name: 'OpenSSH 8.4', peers: ['sshd-bullseye'], start: () => startSshd({ release: 'bullseye' }) },
  { name: 'OpenSSH 10.0', peers: ['sshd-trixie'], start: () => startSshd({ release: 'trixie' }) },
  { name: 'OpenSSH of sid', peers: ['sshd-sid'], start: () => startSshd({ release: 'sid' }) },
  { name: 'Dropbear of sid', peers: ['dropbear', 'dropbear-sid', 'sshd-login'], start: () => startDropbear({ release: 'sid' }) },
  { name: 'AsyncSSH of trixie', peers: ['asyncssh-trixie'], start: () => startAsyncssh({ listen: terminalOfItsOwn, newer: true }) },
]
