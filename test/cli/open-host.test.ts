import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hosts, openHost, resolveHost } from '../../src/node/index.ts'
import { freePort } from '../support/port.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { configFor, run } from './program.ts'

let server: SshServer
let files: TemporaryDirectory
let config: string
beforeAll(async () => {
  server = await startSshd()
  files = temporaryDirectory('open-host')
  config = configFor(server, files)
  writeFileSync(config, `${readFileSync(config, 'utf8')}Host dead\n  HostName 127.0.0.1\n  Port ${await freePort()}\nHost far\n  HostName 127.0.0.1\n  ProxyJump demo\n`)
})
afterAll(async () => {
  await server.stop()
  files.remove()
})

describe('openHost', () => {
  test('connects by a name of the configuration, and tells what it decided', async () => {
    await using host = await openHost('demo', { config })
    expect((await host.client.run('echo by name')).stdout).toBe('by name\n')
    expect(host.description).toMatchObject({ alias: 'demo', hostName: '127.0.0.1', port: server.port, user: server.user, through: [] })
    expect(host.description.lines).toContain(`port ${server.port}`)
  })

  test('options come before the file, and nothing is connected to by resolveHost', async () => {
    expect(await resolveHost('other@far', { config, options: { Port: '77' } })).toMatchObject({ user: 'other', port: 77, through: ['demo'] })
    await expect(resolveHost('$(id)', { config })).rejects.toMatchObject({ code: 'ERR_SSH_CONFIG' })
    await expect(openHost('demo', { config, options: { PubkeyAuthentication: 'no' } })).rejects.toMatchObject({ name: 'AuthenticationError' })
  })
})

describe('hosts', () => {
  test('goes on when one host fails, and gives a summary', async () => {
    const { results, succeeded, failed } = await hosts(['demo', 'dead', { host: 'demo', options: { User: server.user } }], { config, limit: 2, retries: 1 }).run('echo here; exit 3').all()
    expect([succeeded, failed]).toEqual([2, 1])
    expect(results.filter(({ ok }) => ok).map((result) => result.ok && [result.value.stdout, result.value.exit.code])).toEqual([['here\n', 3], ['here\n', 3]])
    expect(results.find(({ ok }) => !ok)).toMatchObject({ host: 'dead' })
  })

  test('fifty logins, many at a time, with three dead hosts among them: every result is there and right', { timeout: 120_000 }, async () => {
    const dead = [3, 20, 49], name = (number: number) => `${dead.includes(number) ? 'dead' : 'demo'}-${number}`
    const names = Array.from({ length: 53 }, (_, number) => name(number))
    const many = files.file('many')
    writeFileSync(many, readFileSync(config, 'utf8').replace('Host demo\n', 'Host demo-*\n').replace('Host dead\n', 'Host dead-*\n'))
    const { results, succeeded, failed } = await hosts(names, { config: many, limit: 20 }).run((host) => `echo ${host}`).all()
    expect([succeeded, failed]).toEqual([50, 3])
    expect(results.filter(({ ok }) => !ok).map(({ host }) => host).sort()).toEqual(dead.map(name).sort())
    expect(results.flatMap((result) => result.ok ? [result.value.stdout] : []).sort()).toEqual(names.filter((each) => each.startsWith('demo')).map((each) => `${each}\n`).sort())
  })

  test('copies files with the options of upload and download', async () => {
    const [up, down] = [files.file('hosts-up'), files.file('hosts-down')]
    const all = hosts(['demo'], { config })
    expect(await all.upload(new TextEncoder().encode('text'), up, { mode: 0o600, atomic: true, concurrency: 1, chunkSize: 2 }).all()).toMatchObject({ succeeded: 1, results: [{ value: 4 }] })
    expect(await all.download(up, () => down, { preserve: true, atomic: true }).all()).toMatchObject({ succeeded: 1, results: [{ value: 4 }] })
    expect(statSync(down).mode & 0o777).toBe(0o600)
    expect(() => all.upload(new Uint8Array(), up, { chunkSize: 0 })).toThrow(RangeError)
    expect(() => all.download(up, () => down, { mode: 'x' as never })).toThrow(TypeError)
  })

  test('copies folders', async () => {
    mkdirSync(files.file('tree/inner'), { recursive: true })
    writeFileSync(files.file('tree/inner/a'), 'aa')
    const all = hosts(['demo', 'dead'], { config }), there = files.file('tree-there'), back = files.file('tree-back')
    const up = await all.uploadDirectory(files.file('tree'), there).all()
    expect(up).toMatchObject({ succeeded: 1, failed: 1 })
    expect((await all.downloadDirectory(there, (host) => `${back}-${host}`).all()).succeeded).toBe(1)
    expect(readFileSync(`${back}-demo/inner/a`, 'utf8')).toBe('aa')
    expect(() => all.uploadDirectory(files.file('tree'), there, { filter: 1 as never })).toThrow(TypeError)
    expect(() => all.downloadDirectory(there, 1 as never)).toThrow(TypeError)
  })

  test('tries an unreachable host again, later each time', async () => {
    const attempts: number[] = []
    const proxy = files.file('attempts')
    writeFileSync(`${proxy}.sh`, `date +%s%N >> ${proxy}\nexit 1\n`)
    const { results: [result] } = await hosts(['demo'], { config, options: { ProxyCommand: `sh ${proxy}.sh` }, retries: 2, retryDelay: 100 }).run('true').all()
    expect(result).toMatchObject({ ok: false })
    attempts.push(...readFileSync(proxy, 'utf8').trim().split('\n').map((time) => Number(time.slice(0, -6))))
    expect(attempts.length).toBe(3)
    expect(attempts[1]! - attempts[0]!).toBeGreaterThanOrEqual(100)
    expect(attempts[2]! - attempts[1]!).toBeGreaterThanOrEqual(200)
    await expect(hosts(['demo'], { config, retryDelay: -1 }).run('true').all()).rejects.toThrow(RangeError)
  })

  test('hands on lines, and an abort stops all', async () => {
    const lines: string[] = []
    await hosts(['demo'], { config }).lines('echo one; echo two', ({ host, text }) => lines.push(`${host} ${text}`)).all()
    expect(lines).toEqual(['demo one', 'demo two'])
    const stop = new AbortController()
    const running = hosts(['demo'], { config, signal: stop.signal }).lines('echo begun; sleep 60', () => stop.abort(new Error('enough'))).all()
    await expect(running).rejects.toThrow('enough')
  })
})

test('the verb each', async () => {
  const { code, stdout } = await run(['each', '--json', '-F', config, '{demo,dead}', '--', 'echo', 'hi'])
  const records = stdout.trim().split('\n').map((line) => JSON.parse(line) as { host: string, ok: boolean, stdout?: string })
  expect(code).toBe(1)
  expect(records.find(({ host }) => host === 'demo')).toMatchObject({ ok: true, stdout: 'hi\n' })
  expect(records.find(({ host }) => host === 'dead')).toMatchObject({ ok: false })
  expect(await run(['each', '-F', config, 'demo', '--', 'echo hi'])).toMatchObject({ code: 0, stdout: 'demo: hi\n' })
})
