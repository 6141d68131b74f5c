import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Result } from '../../examples/edge-kit/sftp-to-r2/run.ts'
import type { Status } from '../../examples/edge-kit/sftp-to-r2/copier.ts'
import { type Env, settingsOf } from '../../examples/edge-kit/sftp-to-r2/settings.ts'
import { keyPair } from '../support/key-pairs.ts'
import { type Simulated, startMiniflare } from '../support/miniflare.ts'
import { type Proxy, type ProxyOptions, startProxy } from '../support/proxy.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { API_TOKEN, bundleEdgeWorker, serverBindings } from './rig.ts'

const MiB = 1 << 20
const PART = 5 * MiB

test.each([
  { PART_BYTES: '1000' }, { PART_BYTES: String(64 * MiB) }, { PART_BYTES: 'NaN' }, { RUN_BYTES: 'much' }, { RUN_BYTES: '0' }, { RUN_SECONDS: '-1' }, { RUN_SECONDS: '1.5' }, { SFTP_FOLDER: '' },
])('a configuration that is none: %j', (bindings) => {
  const env = { SFTP_FOLDER: '/srv' } as Env
  expect(settingsOf(env)).toMatchObject({ folder: '/srv', prefix: '', partBytes: 8 * MiB })
  expect(() => settingsOf({ ...env, ...bindings })).toThrow(TypeError)
})

describe.runIf(requirePeer('miniflare') && requirePeer('sshd'))('sftp-to-r2: a cron trigger copies a folder into R2', () => {
  let folder: TemporaryDirectory
  let modules: string[]
  let server: SshServer
  let source: TemporaryDirectory
  let persist: TemporaryDirectory
  let proxy: Proxy
  let faults: NonNullable<ProxyOptions['faults']>
  /** A test that needs one starts it: each start costs a second. */
  let worker: Simulated | undefined

  beforeAll(async () => {
    folder = temporaryDirectory('sftp-to-r2')
    modules = await bundleEdgeWorker(folder, 'examples/edge-kit/sftp-to-r2/worker.ts')
    server = await startSshd()
  }, 120_000)
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })
  beforeEach(async () => {
    source = temporaryDirectory('sftp-source')
    persist = temporaryDirectory('r2')
    faults = {}
    proxy = await startProxy({ target: server, get faults() { return faults } })
  })
  afterEach(async () => {
    await worker?.stop()
    worker = undefined
    await proxy.stop()
    source.remove()
    persist.remove()
  })

  const start = (bindings: Readonly<Record<string, string>> = {}) => startMiniflare({
    modules, r2Buckets: ['BUCKET'], durableObjects: { COPIER: 'Copier' }, persist: persist.path,
    bindings: { ...serverBindings(server, proxy.port), SFTP_FOLDER: source.path, R2_PREFIX: 'copy/', PART_BYTES: String(PART), ...bindings },
  })
  /** The first deployment, or another one: then the object is gone, its storage and the bucket stay. */
  const deploy = async (bindings?: Readonly<Record<string, string>>) => {
    await worker?.stop()
    return worker = await start(bindings)
  }
  const deployed = (): Simulated => worker as Simulated
  const ask = (path: string, init: RequestInit = {}) => fetch(`${deployed().url}${path}`, { headers: { authorization: `Bearer ${API_TOKEN}` }, ...init })
  const status = async () => await (await ask('/')).json() as Status
  const run = async () => await (await ask('/run', { method: 'POST' })).json() as Result
  const put = (name: string, size: number, seed = 1): Buffer => {
    const content = Buffer.from(seededRandom(seed).bytes(size))
    writeFileSync(source.file(name), content)
    return content
  }
  const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
  const stored = async (name: string) => {
    const object = await (await deployed().bucket('BUCKET')).get(`copy/${name}`)
    return object && sha256(new Uint8Array(await object.arrayBuffer()))
  }

  test('copies what is new, of any size and name, and copies nothing twice', async () => {
    await deploy()
    mkdirSync(source.file('a folder/däeper'), { recursive: true })
    const files = new Map([['empty', 0], ['small', 1000], ['a folder/däeper/ünïcode & 100%.txt', 2000], ['one part', PART], ['two parts', PART + 1]].map(([name, size], at) => [name as string, put(name as string, size as number, at + 1)]))
    symlinkSync('small', source.file('link'))
    expect(await deployed().cron()).toBe('ok')
    for (const [name, content] of files) expect(await stored(name), name).toBe(sha256(content))
    const { last, uploads, running } = await status()
    expect({ uploads, running }).toEqual({ uploads: [], running: false })
    expect(last).toMatchObject({ failed: [], left: 0, unchanged: 0, skipped: [{ path: 'link', reason: 'a symbolic link' }] })
    expect([...last?.copied ?? []].sort()).toEqual([...files.keys()].map((name) => `copy/${name}`).sort())
    expect(await run()).toMatchObject({ copied: [], bytes: 0, unchanged: files.size, left: 0 })
    // Another time or size is another version.
    const changed = put('small', 1000, 99)
    utimesSync(source.file('small'), 1e9, 1e9)
    expect(await run()).toMatchObject({ copied: ['copy/small'], bytes: 1000, unchanged: files.size - 1 })
    expect(await stored('small')).toBe(sha256(changed))
    expect((await (await deployed().bucket('BUCKET')).head('copy/small'))?.customMetadata).toEqual({ mtime: '1000000000' })
  }, 60_000)

  test('goes on after a lost connection: the parts that the bucket has are not read again', async () => {
    await deploy()
    const content = put('large', 2 * PART + 123)
    faults = { toClient: [{ kind: 'reset', at: 1.5 * PART }] }
    expect(await deployed().cron()).not.toBe('ok')
    const { last, uploads } = await status()
    expect(last).toMatchObject({ copied: [], left: 1, error: { message: 'the SSH server ended the session' } })
    expect(uploads).toEqual([{ key: 'copy/large', size: content.length, stored: PART }])
    expect(await stored('large')).toBeNull()
    faults = {}
    expect(await run()).toMatchObject({ copied: ['copy/large'], bytes: PART + 123, left: 0 })
    expect(await stored('large')).toBe(sha256(content))
    expect((await status()).uploads).toEqual([])
  }, 60_000)

  test('goes on after the Worker itself was killed in the middle of a run', async () => {
    await deploy()
    const content = put('large', 2 * PART + 123)
    faults = { toClient: [{ kind: 'silence', at: 1.5 * PART }] }
    const killed = deployed().cron().catch(() => 'killed')
    await expect.poll(async () => (await status()).uploads, { timeout: 30_000 }).toEqual([{ key: 'copy/large', size: content.length, stored: PART }])
    expect((await status()).running).toBe(true)
    faults = {}
    await deploy()
    await killed
    expect((await status()).running).toBe(false)
    expect(await deployed().cron()).toBe('ok')
    expect((await status()).last).toMatchObject({ copied: ['copy/large'], bytes: PART + 123 })
    expect(await stored('large')).toBe(sha256(content))
  }, 60_000)

  test('ends a run at its budget, and the next one goes on', async () => {
    await deploy({ RUN_BYTES: String(PART) })
    const large = put('large', 2 * PART)
    expect(await run()).toMatchObject({ copied: [], bytes: PART, left: 1 })
    // What has begun comes first.
    const small = put('a', 10, 2)
    expect(await run()).toMatchObject({ copied: ['copy/large'], bytes: PART, left: 1 })
    expect(await run()).toMatchObject({ copied: ['copy/a'], left: 0 })
    expect([await stored('large'), await stored('a')]).toEqual([sha256(large), sha256(small)])
  }, 60_000)

  test('never joins parts of two versions', async () => {
    await deploy({ RUN_BYTES: String(PART) })
    put('file', 2 * PART)
    expect(await run()).toMatchObject({ copied: [], bytes: PART })
    const changed = put('file', 2 * PART, 2)
    utimesSync(source.file('file'), 1e9, 1e9)
    expect(await run()).toMatchObject({ copied: [], bytes: PART })
    expect(await run()).toMatchObject({ copied: ['copy/file'], bytes: PART })
    expect(await stored('file')).toBe(sha256(changed))
  }, 60_000)

  test('keeps no upload of a file that has become small, or has gone', async () => {
    await deploy({ RUN_BYTES: String(PART) })
    put('small', PART + 1)
    await run()
    expect((await status()).uploads).toEqual([{ key: 'copy/small', size: PART + 1, stored: PART }])
    const content = put('small', 10, 2)
    expect(await run()).toMatchObject({ copied: ['copy/small'], left: 0 })
    expect(await stored('small')).toBe(sha256(content))
    put('gone', PART + 1, 3)
    await run()
    expect((await status()).uploads.map(({ key }) => key)).toEqual(['copy/gone'])
    rmSync(source.file('gone'))
    expect(await run()).toMatchObject({ copied: [], left: 0 })
    expect((await status()).uploads).toEqual([])
    expect(await stored('gone')).toBeNull()
  }, 60_000)

  test('a file that changes while it is copied is left to the next run', async () => {
    await deploy()
    put('growing', 2 * PART)
    faults = { toClient: [{ kind: 'silence', at: 1.5 * PART }] }
    const running = deployed().cron().catch(() => 'lost')
    await expect.poll(async () => (await status()).uploads.map(({ stored }) => stored), { timeout: 30_000 }).toEqual([PART])
    const content = put('growing', PART, 7)
    utimesSync(source.file('growing'), 1e9, 1e9)
    proxy.reset()
    expect(await running).not.toBe('ok')
    faults = {}
    expect(await run()).toMatchObject({ copied: ['copy/growing'], bytes: PART })
    expect(await stored('growing')).toBe(sha256(content))
  }, 60_000)

  test('starts an upload again that R2 has dropped', async () => {
    await deploy({ RUN_BYTES: String(PART) })
    const content = put('expired', PART + 1)
    expect(await run()).toMatchObject({ bytes: PART })
    await deployed().stop()
    worker = undefined
    rmSync(join(persist.path, 'r2'), { recursive: true })
    await deploy()
    // The part that it could not store was read, too.
    expect(await run()).toMatchObject({ copied: ['copy/expired'], left: 0 })
    expect(await stored('expired')).toBe(sha256(content))
  }, 60_000)

  test('two runs at a time are one', async () => {
    await deploy()
    put('file', 1000)
    const [one, other] = await Promise.all([run(), run(), deployed().cron()])
    expect(other.began).toBe(one.began)
    expect(one.copied).toEqual(['copy/file'])
  }, 60_000)

  test.runIf(process.getuid?.() === 0 && requirePeer('sshd-login'))('goes on without what the server does not let this user read', async () => {
    using keys = temporaryDirectory('authorized-keys')
    for (const { path } of [keys, source]) chmodSync(path, 0o755)
    writeFileSync(keys.file('authorized_keys'), `${server.keys.ed25519.publicKey}\n`)
    await using restricted = await startSshd({ login: { user: 'reader', password: 'of no use here', uid: 65534 }, config: [`AuthorizedKeysFile ${keys.file('authorized_keys')}`] })
    for (const [name, mode] of [['open', 0o644], ['secret', 0o600]] as const) {
      put(name, 100)
      chmodSync(source.file(name), mode)
    }
    mkdirSync(source.file('closed'), { mode: 0o700 })
    await deploy(serverBindings(restricted))
    expect(await run()).toMatchObject({
      copied: ['copy/open'], left: 0, failed: [{ path: 'copy/secret', reason: 'the server does not read it for this user (ERR_SFTP_PERMISSION_DENIED)' }], skipped: [{ path: 'closed', reason: 'a folder that cannot be read' }],
    })
  }, 60_000)

  test('tells what is wrong, and nothing of its configuration; strangers learn and start nothing', async () => {
    const unknown = await keyPair('ed25519', 'user')
    const cases = [
      [{ SSH_KNOWN_HOSTS: `[127.0.0.1]:${proxy.port} ${unknown.publicKey}` }, { name: 'HostKeyError' }],
      [{ SFTP_FOLDER: '/there is no such folder' }, { name: 'SftpError', message: 'the SSH server refused an operation on its files' }],
      [{ PART_BYTES: '1000' }, { code: 'ERR_CONFIGURATION' }],
    ] as const
    for (const [bindings, error] of cases) {
      await deploy(bindings)
      const text = JSON.stringify(await run())
      expect(JSON.parse(text), JSON.stringify(bindings)).toMatchObject({ copied: [], error })
      for (const secret of ['127.0.0.1', 'SHA256:', 'ssh-ed25519', 'PRIVATE', API_TOKEN]) expect(text).not.toContain(secret)
    }
    await deploy()
    for (const headers of [{}, { authorization: 'Bearer undefined' }, { authorization: `Bearer ${API_TOKEN}x` }] as Record<string, string>[]) {
      expect((await ask('/', { headers })).status).toBe(401)
      expect((await ask('/run', { headers, method: 'POST' })).status).toBe(401)
    }
    expect([(await ask('/run')).status, (await ask('/else')).status]).toEqual([405, 404])
    await deploy({ API_TOKEN: 'short' })
    expect((await ask('/', { headers: { authorization: 'Bearer short' } })).status).toBe(500)
  }, 60_000)
})
