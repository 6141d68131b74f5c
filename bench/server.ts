/** The OpenSSH server and the folders that all peers use. */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server as EchoServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSshd } from '../test/support/sshd.ts'
import { ServerCpu } from './server-cpu.ts'
import type { Target } from './types.ts'

export interface Server extends AsyncDisposable {
  readonly target: Target
  readonly cpu: ServerCpu
  readonly remote: string
  readonly local: string
}

/** In memory instead of on a disk, if there is enough: otherwise the disk would be measured. */
function folder(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    if (bavail * bsize > 3 * bytes) return mkdtempSync('/dev/shm/bench-')
  } catch {
    // No such file system.
  }
  return mkdtempSync(join(tmpdir(), 'bench-'))
}

/** @param bytes the most that the folders will contain. @param config more lines of sshd_config */
export async function startServer(bytes: number, config: readonly string[] = []): Promise<Server> {
  const root = folder(bytes)
  // An interrupted run leaves nothing in memory.
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  const [remote, local] = [join(root, 'remote'), join(root, 'local')]
  try {
    for (const path of [remote, local]) mkdirSync(path)
    const pkcs8KeyFile = join(root, 'key')
    const sshd = await startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'], config })
    copyFileSync(sshd.keys.ecdsa.path, pkcs8KeyFile)
    chmodSync(pkcs8KeyFile, 0o600)
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', '', '-m', 'PKCS8', '-f', pkcs8KeyFile])
    const seedFile = join(root, 'seed')
    writeFileSync(seedFile, seed(sshd.keys.ed25519.privateKey), { mode: 0o600 })
    const echo = await startEcho()
    return {
      target: {
        host: sshd.host, port: sshd.port, echoPort: (echo.address() as AddressInfo).port, user: sshd.user, keyFile: sshd.keys.ed25519.path, pkcs8KeyFile, seedFile,
        fingerprint: sshd.hostKeys[0]!.fingerprint,
      },
      cpu: new ServerCpu(sshd.port),
      remote,
      local,
      async [Symbol.asyncDispose]() {
        echo.close()
        await sshd.stop()
        rmSync(root, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
}

async function startEcho(): Promise<EchoServer> {
  const server = createServer({ noDelay: true }, (socket) => void socket.pipe(socket).on('error', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.unref()
}

/** The last 64 bytes before comment and padding of an OpenSSH key are seed and public key; the public key also precedes them. */
function seed(privateKey: string): Uint8Array {
  const bytes = Buffer.from(privateKey.replace(/-----.*-----/g, ''), 'base64')
  const head = Buffer.from('\0\0\0\x0bssh-ed25519\0\0\0 ', 'latin1')
  const second = bytes.lastIndexOf(head) + head.length
  return bytes.subarray(second + 32 + 4, second + 32 + 4 + 32)
}

/** Random bytes, generated once: compressible or repeating data is unlike a file. */
const block = crypto.getRandomValues(new Uint8Array(65536))

/** The contents of the folders before each run of a workload. */
export function prepareFiles({ remote, local }: { remote: string, local: string }, workload: string, bytes: number, count: number): void {
  for (const path of [remote, local]) {
    rmSync(path, { recursive: true, force: true })
    mkdirSync(path)
  }
  if (workload === 'exec-upload') sparse(join(local, 'large'), bytes)
  if (workload === 'sftp-get') solid(join(remote, 'large'), bytes)
  if (workload === 'sftp-put') solid(join(local, 'large'), bytes)
  if (workload === 'sftp-get-many') many(join(remote, 'many'), count)
  if (workload === 'sftp-put-many') many(join(local, 'many'), count)
}

/** Zeros that take no space. */
function sparse(path: string, bytes: number): void {
  writeFileSync(path, '')
  truncateSync(path, bytes)
}

/** Pages that exist, so that reading them costs each peer the same. */
function solid(path: string, bytes: number): void {
  writeFileSync(path, '')
  for (let done = 0; done < bytes; done += block.length) writeFileSync(path, block.subarray(0, bytes - done), { flag: 'a' })
}

function many(path: string, count: number): void {
  mkdirSync(path)
  for (let i = 0; i < count; i++) {
    const file = join(path, `file-${i}`)
    if (i === 0) writeFileSync(file, block.subarray(0, 10_000))
    else copyFileSync(join(path, 'file-0'), file)
  }
}
