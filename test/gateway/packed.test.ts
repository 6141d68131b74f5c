import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startPeer } from '../support/process.ts'
import { temporaryDirectory } from '../support/temporary.ts'
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

test('the packed packages in an empty folder, as the README and the Dockerfile have it: install, ticket, serve, health, a page', async () => {
  using folder = temporaryDirectory('gateway-packed')
  execFileSync(process.execPath, ['packages/gateway/build.mjs'], { cwd: project, stdio: 'pipe' })
  for (const source of ['.', 'packages/gateway', 'node_modules/ws', 'node_modules/jose']) {
    execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder.path], { cwd: `${project}${source}`, stdio: 'pipe' })
  }
  const tarballs = readdirSync(folder.path).filter((name) => name.endsWith('.tgz'))
  expect(tarballs).toHaveLength(4)
  const dockerfile = readFileSync(`${project}packages/gateway/deploy/Dockerfile`, 'utf8')
  const line = (word: string) => new RegExp(`^${word} (.*)$`, 'm').exec(dockerfile)?.[1] as string
  writeFileSync(folder.file('package.json'), '{ "private": true, "type": "module" }\n')
  // The image's own command, with tarballs in the place of the registry.
  const install = line('RUN').replace(/ libssh2-wasm-gateway$/, ` --offline --ignore-scripts ${tarballs.map((name) => `./${name}`).join(' ')}`)
  execFileSync('sh', ['-c', install], { cwd: folder.path, stdio: 'pipe' })
  const program = (...args: string[]) => execFileSync('npx', ['--no-install', 'libssh2-wasm-gateway', ...args], { cwd: folder.path, encoding: 'utf8' })
  writeFileSync(folder.file('keys.json'), program('ticket', '--new-key', 'key.json'))
  await using target = await tcpTarget((socket) => void socket.pipe(socket))
  const entry = JSON.parse(line('ENTRYPOINT')) as string[]
  const gateway = await startPeer('sh', ['-c', `cd '${folder.path}' && exec "$@"`, 'sh', process.execPath, ...entry.slice(1), '--port', '0', '--allow', `127.0.0.1:${target.port}`, '--ticket-keys', 'keys.json', '--ticket-audience', 'gw'])
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
