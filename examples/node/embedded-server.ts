/// An SSH server for the demo: the machine's OpenSSH, or npm `ssh2` if there is none.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Connection, ServerChannel } from 'ssh2'
import { formatPrivateKey, formatPublicKey, generateKeyPair } from 'libssh2-wasm'
import { launchSshd, SSHD, sshdConfig } from './launch-sshd.ts'

export interface EmbeddedServer extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly username: string
  /** Private key that may log in, OpenSSH format. */
  readonly privateKey: string
  /** A line for known_hosts. */
  readonly knownHost: string
}

/** Milliseconds. */
const CLOSE_GRACE = 2000

/** Starts a server on a free port of 127.0.0.1. Installs OpenSSH's server if that is easy: as root, with apt. */
export async function startServer(say: (text: string) => void): Promise<EmbeddedServer> {
  if (!existsSync(SSHD)) install(say)
  return existsSync(SSHD) ? startOpenSsh() : startSsh2(say)
}

function install(say: (text: string) => void): void {
  if (process.getuid?.() !== 0) return
  say('installing openssh-server with apt (it is not started or enabled as a service)')
  spawnSync('bash', ['scripts/install-peers.sh'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startOpenSsh(): Promise<EmbeddedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'libssh2-wasm-demo-'))
  const file = (name: string) => join(folder, name)
  const host = await keyFiles(file('host'))
  const user = await keyFiles(file('user'))
  const port = await freePort()
  writeFileSync(file('sshd_config'), sshdConfig(port, `HostKey ${file('host')}`, `AuthorizedKeysFile ${file('user.pub')}`, 'PasswordAuthentication no'))
  const end = await launchSshd(file('sshd_config'))
  const version = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.split(',')[0] ?? 'OpenSSH'
  return {
    name: `OpenSSH's sshd (${version.trim()})`,
    port,
    username: userInfo().username,
    privateKey: user.privateKey,
    knownHost: `[127.0.0.1]:${port} ${host.publicKey}`,
    async [Symbol.asyncDispose]() {
      await end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A new Ed25519 key, written as `path` and `path.pub`. */
async function keyFiles(path: string): Promise<{ privateKey: string, publicKey: string }> {
  const { privateKey, publicKey } = await newKey()
  writeFileSync(path, privateKey, { mode: 0o600 })
  writeFileSync(`${path}.pub`, `${publicKey}\n`)
  return { privateKey, publicKey }
}

async function newKey(): Promise<{ privateKey: string, publicKey: string }> {
  const key = await generateKeyPair('ed25519', { comment: 'libssh2-wasm demo' })
  return { privateKey: await formatPrivateKey(key), publicKey: formatPublicKey(key) }
}

/** npm's ssh2 as a server: commands run in this machine's shell, as this user. */
async function startSsh2(say: (text: string) => void): Promise<EmbeddedServer> {
  say('no sshd here and none could be installed: using the server of npm ssh2')
  const { default: ssh2 } = await import('ssh2')
  const [host, user] = await Promise.all([newKey(), newKey()])
  const allowed = ssh2.utils.parseKey(user.publicKey)
  if (allowed instanceof Error) throw allowed
  const connections = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (connection) => {
    connections.add(connection)
    connection.on('error', () => {})
    connection.on('close', () => connections.delete(connection))
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey' || !allowed.getPublicSSH().equals(context.key.data)) return context.reject(['publickey'])
      if (context.signature && allowed.verify(context.blob as Buffer, context.signature, context.hashAlgo) !== true) return context.reject()
      return context.accept()
    })
    connection.on('session', (accept) => {
      let size = ''
      const run = (channel: ServerChannel, program: string, words: readonly string[]) => {
        const child = spawn(program, words)
        channel.pipe(child.stdin).on('error', () => {})
        channel.on('close', () => child.kill('SIGHUP'))
        child.stdout.pipe(channel, { end: false })
        child.stderr.pipe(channel.stderr, { end: false })
        child.on('close', (code, signal) => {
          if (signal) channel.exit(signal.slice(3))
          else channel.exit(code ?? 0)
          channel.end()
        })
      }
      const session = accept()
      session.on('exec', (acceptExec, _reject, { command }) => run(acceptExec(), '/bin/sh', ['-c', command]))
      session.on('pty', (acceptPty, _reject, { rows, cols }) => {
        size = `stty rows ${rows} cols ${cols}; `
        acceptPty()
      })
      // The terminal keeps its first size: script(1) cannot be told another.
      session.on('shell', (acceptShell) => run(acceptShell(), 'script', ['-qec', `${size}exec "\${SHELL:-/bin/sh}"`, '/dev/null']))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    name: 'the server of npm ssh2',
    port,
    username: 'demo',
    privateKey: user.privateKey,
    knownHost: `[127.0.0.1]:${port} ${host.publicKey}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.end()
      // A client that keeps its side open is not waited for.
      let timer: NodeJS.Timeout | undefined
      await Promise.race([closed, new Promise((resolve) => { timer = setTimeout(resolve, CLOSE_GRACE) })])
      clearTimeout(timer)
    },
  }
}
