/** npm `ssh2`; BENCH_SSH2 names another copy of the package, e.g. the one with its native addon, or a replacement. */
import { readFile, readdir, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type * as Ssh2 from 'ssh2'
import type { Client, ClientChannel, ConnectConfig, PseudoTtyOptions, SFTPWrapper } from 'ssh2'
import { CHUNK, zeros } from './chunk.ts'
import { deferred } from './deferred.ts'
import type { Connection, Files, Library } from '../types.ts'

const require = createRequire(import.meta.url)
const package_ = process.env.BENCH_SSH2 ?? 'ssh2'
const ssh2 = require(package_) as typeof Ssh2

/** Whether the package runs with its native addon: it does not say, but the module is loaded or not. */
export const hasAddon = Object.keys(require.cache).some((path) => path.endsWith('sshcrypto.node'))
const wanted = process.env.BENCH_SSH2?.endsWith('/ssh2') ?? false
if (hasAddon !== wanted) throw new Error(`${package_} ${hasAddon ? 'has' : 'has not'} loaded its addon sshcrypto.node`)

/** Files in flight at a time; as many as this library uses for directories. */
const CONCURRENCY = 64

type Callback<T> = (error: Error | null | undefined, value: T) => void

function promised<T>(call: (callback: Callback<T>) => unknown): Promise<T> {
  const { promise, resolve, reject } = deferred<T>()
  call((error, value) => (error ? reject(error) : resolve(value)))
  return promise
}

async function ended(channel: ClientChannel, onData: (chunk: Uint8Array) => void): Promise<void> {
  const { promise, resolve, reject } = deferred()
  channel.on('data', onData).once('close', () => resolve()).once('error', reject)
  channel.stderr.resume()
  await promise
}

async function pool(names: readonly string[], copy: (name: string) => Promise<void>): Promise<void> {
  const left = [...names]
  await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) await copy(name)
  }))
}

function filesOf(sftp: SFTPWrapper): Files {
  const get = (remote: string, local: string) => promised<void>((done) => sftp.fastGet(remote, local, done as () => void))
  const put = (local: string, remote: string) => promised<void>((done) => sftp.fastPut(local, remote, done as () => void))
  return {
    get, put,
    async getDirectory(remote, local) {
      const entries = await promised<{ filename: string }[]>((done) => sftp.readdir(remote, done as Callback<{ filename: string }[]>))
      await mkdir(local, { recursive: true })
      await pool(entries.map(({ filename }) => filename), (name) => get(`${remote}/${name}`, `${local}/${name}`))
    },
    async putDirectory(local, remote) {
      await promised<void>((done) => sftp.mkdir(remote, done as () => void))
      await pool(await readdir(local), (name) => put(`${local}/${name}`, `${remote}/${name}`))
    },
  }
}

async function closed(sftp: SFTPWrapper): Promise<void> {
  const { promise, resolve } = deferred()
  sftp.once('close', () => resolve())
  sftp.end()
  await promise
}

function connection(client: Client, cipher: string | undefined): Connection {
  const exec = (command: string, pty?: PseudoTtyOptions) => promised<ClientChannel>((done) => client.exec(command, pty ? { pty } : {}, done))
  /** The server counts the CPU of its program for SFTP only if it sees that end, so the connection is not closed before. */
  const opened: SFTPWrapper[] = []
  return {
    cipher,
    exec: async (command, onData) => ended(await exec(command), onData),
    async feed(command, total, onData) {
      const channel = await exec(command)
      const started = deferred()
      const end = ended(channel, (chunk) => {
        onData(chunk)
        started.resolve()
      })
      await started.promise
      for (let sent = 0; sent < total; sent += CHUNK) {
        if (!channel.write(zeros(total - sent))) await new Promise((resolve) => channel.once('drain', resolve))
      }
      channel.end()
      await end
    },
    async terminal(command, onData) {
      const channel = await exec(command, {})
      channel.on('data', onData)
      return { write: (data) => void channel.write(data) }
    },
    async sftp() {
      const sftp = await promised<SFTPWrapper>((done) => client.sftp(done))
      opened.push(sftp)
      return filesOf(sftp)
    },
    async close() {
      await Promise.all(opened.map(closed))
      const { promise, resolve } = deferred()
      client.once('close', () => resolve())
      client.end()
      await promise
    },
  }
}

export const library: Library = {
  async connect({ host, port, user, keyFile, fingerprint }, cipher) {
    const client = new ssh2.Client()
    const { promise, resolve, reject } = deferred()
    let agreed = cipher
    client.once('ready', () => resolve()).once('error', reject).once('handshake', (negotiated) => { agreed = negotiated.cs.cipher })
    client.connect({
      host, port, username: user, privateKey: await readFile(keyFile), hostHash: 'sha256',
      hostVerifier: (digest: string) => `SHA256:${Buffer.from(digest, 'hex').toString('base64').replace(/=+$/, '')}` === fingerprint,
      ...cipher === undefined ? {} : { algorithms: { cipher: [cipher] as never } },
    } satisfies ConnectConfig)
    await promise
    return connection(client, agreed)
  },
}
