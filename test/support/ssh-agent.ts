import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync } from 'node:fs'
import { type Release, treeCommand } from './foreign-tree.ts'
import { type Peer, startPeer } from './process.ts'
import { temporaryDirectory } from './temporary.ts'

/** OpenSSH's agent, with nothing but the given keys. */
export interface TestAgent extends AsyncDisposable {
  /** Path of its socket. */
  readonly socket: string
  /** Adds a private key from a file without a passphrase. */
  add(path: string): void
}

/** OpenSSH's agent at `socket`, which listens when this resolves; the installed one, or that of a release. */
export async function agentAt(socket: string, release?: Release): Promise<Peer> {
  const [command, ...words] = release === undefined ? ['ssh-agent'] : treeCommand(release, '/usr/bin/ssh-agent')
  const peer = await startPeer(command!, [...words, '-D', '-a', socket])
  await peer.logged(/SSH_AUTH_SOCK=/)
  return peer
}

export async function startSshAgent(release?: Release): Promise<TestAgent> {
  const directory = temporaryDirectory('agent')
  const socket = directory.file('socket')
  const peer = await agentAt(socket, release)
  return {
    socket,
    add(path) {
      const copy = directory.file('key')
      copyFileSync(path, copy)
      chmodSync(copy, 0o600)
      execFileSync('ssh-add', ['-q', copy], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
    },
    async [Symbol.asyncDispose]() {
      await peer.stop()
      directory.remove()
    },
  }
}
