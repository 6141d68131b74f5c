import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyPair } from '../support/key-pairs.ts'
import { descendants } from '../support/process.ts'
import { freePort } from '../support/port.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import type { Workerd } from '../support/workerd.ts'
import { API_TOKEN, bundleEdgeWorker, outputOf, run, startEdgeWorker } from './rig.ts'
import { exited } from '../support/exited.ts'

describe.runIf(requirePeer('workerd') && requirePeer('sshd'))('the edge worker, from the packed package, in workerd', () => {
  let folder: TemporaryDirectory
  let modules: string[]
  let server: SshServer
  let worker: Workerd

  beforeAll(async () => {
    folder = temporaryDirectory('edge-worker')
    modules = await bundleEdgeWorker(folder)
    server = await startSshd()
    worker = await startEdgeWorker(modules, server)
  }, 120_000)
  afterAll(async () => {
    await worker.stop()
    await server.stop()
    folder.remove()
  })

  /** Processes that sshd has for sessions. */
  const sessions = () => descendants(process.pid).filter((pid) => /sshd: |sleep 61/.test(commandLine(pid)) && !/\[listener\]/.test(commandLine(pid)))
  const noSessions = async () => { while (sessions().length > 0) await new Promise((resolve) => setTimeout(resolve, 20)) }

  test('runs a command: output, stderr, exit code', async () => {
    const response = await run(worker, 'hello')
    expect(response.status).toBe(200)
    expect(await outputOf(response)).toEqual({ stdout: 'hello\n', stderr: 'careful\n', last: { exit: exited(3) } })
    expect((await outputOf(await run(worker, 'killed'))).last).toMatchObject({ exit: { signal: 'TERM' } })
  })

  test('streams as much as there is', async () => {
    const lines = (await (await run(worker, 'ticks')).text()).split('\n').filter((line) => line !== '')
    // Each tick has a line of its own, unless this machine was so busy that two came together.
    expect(lines.map((line) => (JSON.parse(line) as { stdout?: string }).stdout ?? line).join('')).toBe('tick 1\ntick 2\ntick 3\n{"exit":{"code":0,"signal":null,"coreDumped":false,"message":""}}')
    const { stdout, last } = await outputOf(await run(worker, 'much'))
    expect(stdout).toBe('x'.repeat(3_000_000))
    expect(last).toEqual({ exit: exited(0) })
  })

  test('runs nothing for strangers, and nothing that is not configured', async () => {
    for (const headers of [{}, { authorization: 'Bearer ' }, { authorization: `Bearer ${API_TOKEN}x` }, { authorization: API_TOKEN }]) {
      expect((await run(worker, 'hello', { headers })).status).toBe(401)
    }
    for (const name of ['other', 'hello%3Bid', 'hello;id', '__proto__', 'constructor', '', 'hello/x', '../run/hello%20']) expect((await run(worker, name)).status, name).toBe(403)
    expect((await run(worker, 'hello', { method: 'GET' })).status).toBe(405)
    expect(await (await run(worker, 'other')).json()).toEqual({ error: { name: 'RequestError', code: 'HTTP_403', message: 'not one of the commands' } })
  })

  test('tells what is wrong, and nothing of its configuration', async () => {
    const other = await keyPair('ed25519', 'user')
    const unknown = await keyPair('ed25519', 'host')
    const free = await freePort()
    const cases = [
      [{ SSH_KNOWN_HOSTS: `[127.0.0.1]:${server.port} ${other.publicKey}` }, 502, { name: 'HostKeyError' }],
      [{ SSH_KNOWN_HOSTS: '' }, 502, { name: 'HostKeyError' }],
      [{ SSH_PRIVATE_KEY: readFileSync(unknown.path, 'utf8') }, 502, { name: 'AuthenticationError', code: 'ERR_AUTHENTICATION_FAILED' }],
      [{ SSH_PRIVATE_KEY: 'no key at all' }, 500, { name: 'KeyError' }],
      [{ SSH_PORT: String(free) }, 502, { name: 'ConnectError', message: 'the SSH server cannot be reached' }],
    ] as const
    for (const [bindings, status, error] of cases) {
      await using wrong = await startEdgeWorker(modules, server, bindings)
      const response = await run(wrong, 'hello')
      const text = await response.text()
      expect({ status: response.status, ...JSON.parse(text) as object }, JSON.stringify(bindings)).toMatchObject({ status, error })
      for (const secret of ['127.0.0.1', server.user, 'SHA256:', 'ssh-ed25519', 'PRIVATE', API_TOKEN]) expect(text).not.toContain(secret)
    }
    await noSessions()
  }, 60_000)

  test('a time limit ends a command', async () => {
    await using hasty = await startEdgeWorker(modules, server, { TIMEOUT: '6' })
    const { stdout, last } = await outputOf(await run(hasty, 'forever'))
    expect(stdout).toBe('begun\n')
    expect(last).toMatchObject({ error: { name: 'TimeoutError', code: 'ERR_TIMEOUT' } })
    await noSessions()
  }, 60_000)

  test('what is printed arrives while the command runs; a request that is given up ends the SSH session', async () => {
    await noSessions()
    const giveUp = new AbortController()
    const response = await run(worker, 'forever', { signal: giveUp.signal })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('begun')
    expect(sessions().length).toBeGreaterThan(0)
    giveUp.abort()
    await noSessions()
  }, 60_000)

  test('100 requests: all right, no session left, memory flat and given back', async () => {
    const reserved = reservations(worker.pid)
    /** Linear memories of sessions that were not collected yet. */
    const memories = () => reservations(worker.pid) - reserved
    const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${worker.pid}/status`, 'utf8'))?.[1]) / 1000
    let requests = 0
    let most = 0
    const five = async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, async () => outputOf(await run(worker, 'hello'))))
      for (const answer of answers) expect(answer).toEqual({ stdout: 'hello\n', stderr: 'careful\n', last: { exit: exited(3) } })
      requests += answers.length
      most = Math.max(most, memories())
    }
    const figures: string[] = []
    const rss: number[] = []
    for (const until of [10, 50, 100]) {
      while (requests < until) await five()
      rss.push(resident())
      figures.push(`${resident().toFixed(0)} MB and ${memories()} linear memories after ${requests}`)
    }
    await noSessions()
    // When garbage is collected is the runtime's affair.
    while (memories() > most - 10) await five()
    console.log(`workerd: ${figures.join(', ')} requests; at most ${most} memories, ${memories()} after ${requests}`)
    expect((rss[2] as number) - (rss[1] as number)).toBeLessThan(40)
  }, 120_000)
})

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

/** Address space set aside and not used, in pieces as V8 takes them for a memory that may grow. */
function reservations(pid: number): number {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').filter((line) => {
    const [, from = '', to = '', access] = /^(\w+)-(\w+) (\S+)/.exec(line) ?? []
    return access === '---p' && Number.parseInt(to, 16) - Number.parseInt(from, 16) > 2 ** 30
  }).length
}
