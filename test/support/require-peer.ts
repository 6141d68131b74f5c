import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { MOUNT_CHECK } from '../../examples/node/own-etc.ts'
import { treeFile } from './foreign-tree.ts'

/** The runtime of Cloudflare's Workers, in the one version that tests use. */
export const workerdPath = fileURLToPath(new URL('../../.cache/runtimes/bin/workerd', import.meta.url))

/** The module of miniflare, Cloudflare's simulator of what is around a Worker; it runs that workerd. */
export const miniflarePath = fileURLToPath(new URL('../../.cache/runtimes/bin/miniflare', import.meta.url))
/** The program of wrangler, and a Node that is new enough for it. */
export const wranglerPath = fileURLToPath(new URL('../../.cache/runtimes/bin/wrangler', import.meta.url))
export const node22Path = process.versions.node.startsWith('22.') ? process.execPath : fileURLToPath(new URL('../../.cache/runtimes/bin/node22', import.meta.url))

const pythonPackages = '/usr/lib/python3/dist-packages'

/** The files that show that a peer is installed: the same ones that scripts/install-peers.sh and install-runtimes.sh look for. */
const signs = {
  sshd: ['/usr/sbin/sshd', '/usr/bin/ssh-keygen'],
  'sshd-bullseye': [treeFile('bullseye', '/usr/sbin/sshd')],
  'sshd-trixie': [treeFile('trixie', '/usr/lib/openssh/sshd-session')],
  'sshd-sid': [treeFile('sid', '/usr/lib/openssh/sshd-session')],
  dropbear: ['/usr/sbin/dropbear'],
  'dropbear-sid': [treeFile('sid', '/usr/sbin/dropbear')],
  tinysshd: ['/usr/sbin/tinysshd'],
  'tinysshd-sid': [treeFile('sid', '/usr/sbin/tinysshd')],
  asyncssh: ['/usr/bin/python3', `${pythonPackages}/asyncssh`],
  paramiko: ['/usr/bin/python3', `${pythonPackages}/paramiko`],
  'asyncssh-trixie': [treeFile('python', `${pythonPackages}/asyncssh`)],
  'paramiko-trixie': [treeFile('python', `${pythonPackages}/paramiko`)],
  libssh: ['/usr/include/libssh/server.h', '/usr/bin/gcc', '/usr/lib/openssh/sftp-server'],
  'libssh-trixie': [treeFile('libssh', '/usr/share/doc/libssh-4/copyright')],
  mina: ['/usr/bin/java', '/usr/bin/javac', treeFile('mina', '/usr/share/java/sshd-core.jar')],
  'ssh-audit': ['/usr/bin/python3', treeFile('ssh-audit', '/usr/lib/python3/dist-packages/ssh_audit')],
  'lossy-wire': ['/usr/bin/python3', '/dev/net/tun', '/sbin/ip'],
  websockify: ['/usr/bin/websockify'],
  puttygen: ['/usr/bin/puttygen'],
  chromium: ['/usr/bin/chromium'],
  nginx: ['/usr/sbin/nginx', '/usr/bin/openssl'],
  caddy: ['/usr/bin/caddy'],
  'systemd-analyze': ['/usr/bin/systemd-analyze'],
  openssl: ['/usr/bin/openssl'],
  erlang: ['/usr/bin/erl', '/usr/bin/erlc'],
  go: ['/usr/bin/go', '/usr/share/gocode/src/golang.org/x/crypto/ssh', '/usr/share/gocode/src/github.com/pkg/sftp'],
  proftpd: ['/usr/sbin/proftpd', '/usr/lib/proftpd/mod_sftp.so', '/usr/bin/openssl'],
  lftp: ['/usr/bin/lftp', '/usr/sbin/sshd'],
  workerd: [workerdPath],
  miniflare: [miniflarePath, workerdPath],
  wrangler: [wranglerPath, node22Path],
} as const

export type PeerName = keyof typeof signs | 'sshd-login' | 'sshd-keyboard-interactive'

const printed = new Set<string>()

/** Why tests with this peer cannot run on this machine; undefined if they can. */
export function missingPeer(name: PeerName): string | undefined {
  if (name === 'sshd-login' || name === 'sshd-keyboard-interactive') return missingLogin(name)
  if ((name === 'ssh-audit' || name === 'lossy-wire') && !networkNamespaces()) return 'this machine allows no network namespaces'
  const file = signs[name].find((path) => !existsSync(path))
  if (file === undefined) return undefined
  return `${file} is not there (scripts/${file.includes('.cache/runtimes') ? `install-runtimes.sh ${file.slice(file.lastIndexOf('/') + 1)}` : `install-peers.sh${file.includes('.toolchain') ? ' --full' : ''}`})`
}

/** Temporary users at a real sshd need a mount namespace with separate passwd, shadow and PAM files. */
function missingLogin(name: PeerName): string | undefined {
  const sshd = missingPeer('sshd')
  if (sshd !== undefined) return sshd
  if (process.getuid?.() !== 0) return 'made-up users need root (a mount namespace)'
  if (!mountNamespaces()) return 'this machine allows no mount namespaces'
  if (name === 'sshd-keyboard-interactive' && pamMatrix() === undefined) return 'pam_matrix.so is not there (scripts/install-peers.sh)'
  return undefined
}

let mountsAllowed: boolean | undefined

/** Containers may refuse them even to root. */
function mountNamespaces(): boolean {
  mountsAllowed ??= spawnSync(MOUNT_CHECK[0], MOUNT_CHECK.slice(1)).status === 0
  return mountsAllowed
}

let networksAllowed: boolean | undefined

function networkNamespaces(): boolean {
  networksAllowed ??= spawnSync('unshare', ['--net', 'true']).status === 0
  return networksAllowed
}

/** The PAM module that asks for a password of a file, or undefined. */
export function pamMatrix(): string | undefined {
  return readdirSync('/usr/lib')
    .map((folder) => `/usr/lib/${folder}/pam_wrapper/pam_matrix.so`)
    .find((path) => existsSync(path))
}

/** For `describe.runIf(requirePeer('dropbear'))`: whether the peer is installed; prints the reason, once, if it is not. */
export function requirePeer(name: PeerName): boolean {
  const reason = missingPeer(name)
  if (reason !== undefined && !printed.has(name)) {
    printed.add(name)
    console.warn(`skipped: tests with ${name}: ${reason}`)
  }
  return reason === undefined
}
