import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PackedTarballs, packTarballs } from '../support/packed-tarballs.ts'
import { freePort } from '../support/port.ts'
import { type Peer, startPeer } from '../support/process.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { tcpTarget } from './rig.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

/** What a page does, with what is installed beside it. */
const PAGE = `import { WebSocket } from 'ws'
import { connectGateway } from 'libssh2-wasm/gateway'
const [url, port, ticket] = process.argv.slice(2)
const transport = await connectGateway(url, { host: '127.0.0.1', port: Number(port), ticket, openWebSocket: (url, protocols) => new WebSocket(url, protocols) })
const writer = transport.writable.getWriter()
await writer.write(new TextEncoder().encode('through it'))
const { value } = await transport.readable.getReader().read()
console.log(transport.protocol, new TextDecoder().decode(value))
await transport.close()
`

let tarballs: PackedTarballs
const offline = (commands: string) => tarballs.offline(commands)
beforeAll(() => { tarballs = packTarballs() }, 120_000)
afterAll(() => tarballs.remove())

/** A command of the shell in a folder, until it is stopped. */
const started = (folder: TemporaryDirectory, command: string): Promise<Peer> => startPeer('sh', ['-c', `cd '${folder.path}' && exec ${command}`])

test('the packed packages in an empty folder, as the Dockerfile has it: install, ticket, serve, health, a page', async () => {
  using folder = temporaryDirectory('gateway-image')
  const dockerfile = readFileSync(`${project}packages/gateway/deploy/Dockerfile`, 'utf8')
  const line = (word: string) => new RegExp(`^${word} (.*)$`, 'm').exec(dockerfile)?.[1] as string
  writeFileSync(folder.file('package.json'), '{ "private": true, "type": "module" }\n')
  execFileSync('sh', ['-c', offline(line('RUN'))], { cwd: folder.path, stdio: 'pipe' })
  const program = (...args: string[]) => execFileSync('npx', ['--no-install', 'libssh2-wasm-gateway', ...args], { cwd: folder.path, encoding: 'utf8' })
  writeFileSync(folder.file('keys.json'), program('ticket', '--new-key', 'key.json'))
  await using target = await tcpTarget((socket) => void socket.pipe(socket))
  const entry = JSON.parse(line('ENTRYPOINT')) as string[]
  const gateway = await started(folder, `'${process.execPath}' ${entry.slice(1).join(' ')} --port 0 --allow 127.0.0.1:${target.port} --ticket-keys keys.json --ticket-audience gw`)
  try {
    await gateway.logged(/listening on \S+/, 30_000)
    const url = /listening on (\S+);/.exec(gateway.log())?.[1] as string
    const health = JSON.parse(/ CMD (.*)$/.exec(line('HEALTHCHECK'))?.[1] as string) as string[]
    execFileSync(process.execPath, health.slice(1).map((word) => word.replace('127.0.0.1:8022', new URL(url).host)), { stdio: 'pipe' })
    writeFileSync(folder.file('page.js'), PAGE)
    const ticket = program('ticket', '--key', 'key.json', '--audience', 'gw', '--user', 'alice').trim()
    // The target is in this process: it must not stand still meanwhile.
    const { stdout } = await promisify(execFile)(process.execPath, ['page.js', url, String(target.port), ticket], { cwd: folder.path, timeout: 30_000 })
    expect(stdout).toBe('libssh2-wasm.v1 through it\n')
  } finally {
    await gateway.stop()
  }
  // What is shipped needs nothing but its dependencies.
  const shipped = readdirSync(folder.file('node_modules/libssh2-wasm-gateway/dist')).sort()
  expect(shipped).toEqual(expect.arrayContaining(['cli.js', 'index.d.ts', 'index.js', 'worker.d.ts', 'worker.js']))
}, 120_000)

describe.runIf([requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean))('"In three minutes" of the README, pasted into an empty folder', () => {
  test('each command does what it says, and the page has a shell', async () => {
    using folder = temporaryDirectory('gateway-readme')
    const login = { user: 'newcomer', password: 'swordfish' }
    await using server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
    const [pagePort, gatewayPort] = [await freePort(), await freePort()]
    // Ports of this machine may be taken; everything else is as it stands.
    const here = (text: string) => text.replaceAll('127.0.0.1:22', `127.0.0.1:${server.port}`).replaceAll('port="22"', `port="${server.port}"`).replaceAll('8080', String(pagePort)).replaceAll('8022', String(gatewayPort))
    const readme = readFileSync(`${project}packages/gateway/README.md`, 'utf8')
    const section = readme.slice(readme.indexOf('## In three minutes'), readme.indexOf('## As a library'))
    const blocks = [...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, text]) => ({ language, text: here(text as string) }))
    expect(blocks.map(({ language }) => language)).toEqual(['sh', 'js', 'html', 'sh', 'sh', 'js'])
    const [prepare, backend, page, start, byHand] = blocks.map(({ text }) => text) as [string, string, string, string, string]
    const shell = (command: string) => execFileSync('sh', ['-ec', command], { cwd: folder.path, encoding: 'utf8', stdio: 'pipe' })
    expect(shell(offline(prepare))).toContain(`127.0.0.1:${server.port}: `)
    writeFileSync(folder.file('backend.mjs'), backend)
    writeFileSync(folder.file('page.html'), page)
    const peers: Peer[] = []
    try {
      for (const line of start.trim().split('\n')) peers.push(await started(folder, line.replace(/ &$/, '')))
      await peers[0]?.logged(/http:\/\/127\.0\.0\.1:\d+\//, 30_000)
      await peers[1]?.logged(/listening on \S+/, 30_000)
      expect(shell(byHand)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
      const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] })
      try {
        const tab = await browser.newPage()
        tab.setDefaultTimeout(60_000)
        await tab.goto(`http://127.0.0.1:${pagePort}/`)
        await tab.getByLabel('User name').fill(login.user)
        await tab.getByLabel('Password', { exact: true }).fill(login.password)
        await tab.getByRole('button', { name: 'Connect', exact: true }).click()
        await tab.getByRole('button', { name: 'Accept and remember' }).click()
        const shows = (pattern: string) => tab.waitForFunction((source) => new RegExp(source, 'm').test((document.querySelector('ssh-terminal') as unknown as { screenText(): string }).screenText()), pattern)
        await shows('[#$] *$')
        await tab.locator('textarea.xterm-helper-textarea').focus()
        await tab.keyboard.type('echo "$((6 * 7)) by the README"\n')
        await shows('^42 by the README')
      } finally {
        await browser.close()
      }
      await expect.poll(() => peers[1]?.log()).toContain('"user":"alice"')
    } finally {
      for (const peer of peers) await peer.stop()
    }
  }, 180_000)
})
