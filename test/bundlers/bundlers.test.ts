import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startGateway } from '../../examples/gateway/node.ts'
import manifest from '../../package.json' with { type: 'json' }
import { installPackedPackage } from '../support/packed-package.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { bundleApp, bundlers } from './bundle.ts'
import { bundleAlone } from './subpath.ts'
import { serve } from './web-server.ts'

const CHROMIUM = '/usr/bin/chromium'
const canBrowse = existsSync(CHROMIUM)
if (!canBrowse) console.warn(`skipped: running what bundlers make: ${CHROMIUM} is not there (scripts/install-runtimes.sh)`)

/** How webpack's own code finds the global object where there is no `globalThis`; a policy that forbids it does no harm. */
const WEBPACK_GLOBAL = 'new Function("return this")()'
/** What must not be in code for browsers: modules of Node, and code from text. */
const FORBIDDEN = /["'`]node:|["'`]cloudflare:|\beval\s*\(|\bnew Function\b/

const folder = temporaryDirectory('bundlers')
beforeAll(() => installPackedPackage(folder.path), 120_000)
afterAll(() => folder.remove())

describe('the packed package, without settings', () => {
  const server = suiteServer(() => startSshd())
  let browser: Browser | undefined
  beforeAll(async () => {
    // Its sandbox needs another user than root.
    if (canBrowse) browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 120_000 })
  }, 150_000)
  afterAll(() => browser?.close())

  async function run(): Promise<{ readonly outcome: unknown, readonly requests: readonly string[] }> {
    const { host, port, user, hostKeys } = server()
    const token = 'the token of the bundlers'
    const gateway = await startGateway({ token, allow: [`${host}:${port}`] })
    const web = await serve(folder.file('out'), {
      gateway: `${gateway.url}/tcp/${host}/${port}`, protocols: ['binary', `token.${Buffer.from(token).toString('base64url')}`],
      host, port, username: user, known: hostKeys.map(({ publicKey }) => `[${host}]:${port} ${publicKey}\n`).join(''), key: (await clientKeys()).ed25519.privateKey,
    })
    try {
      const page = await browser!.newPage()
      await page.goto(web.url)
      const outcome = await page.locator('[data-outcome]').getAttribute('data-outcome', { timeout: 60_000 })
      return { outcome, requests: web.requests }
    } finally {
      await web.stop()
      await gateway.close()
    }
  }

  test.each(bundlers.map((bundler) => [bundler.name, bundler] as const))('%s', async (_, bundler) => {
    rmSync(folder.file('out'), { recursive: true, force: true })
    await bundleApp(folder.path, bundler)
    for (const file of readdirSync(folder.file('out'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.js'))) {
      const code = readFileSync(join(folder.file('out'), file), 'utf8').replace(WEBPACK_GLOBAL, '')
      expect(FORBIDDEN.exec(code)?.[0], file).toBeUndefined()
    }
    if (!browser) return
    const { outcome, requests } = await run()
    expect(outcome).toBe('from the bundle, true')
    const asked = requests.filter((request) => request.endsWith('.wasm')).map((request) => request.slice(0, 3))
    expect(asked).toEqual({ file: ['200'], copy: ['404'], inside: [] }[bundler.wasm])
  }, 180_000)
})

test('the guide tells how to check the module', () => {
  const guide = readFileSync(fileURLToPath(new URL('../../docs/guides/browsers-and-bundlers.md', import.meta.url)), 'utf8')
  writeFileSync(folder.file('check.js'), /```js\n(.*?)```/s.exec(guide)?.[1] ?? '')
  expect(execFileSync(process.execPath, ['check.js'], { cwd: folder.path, encoding: 'utf8' })).toBe('true\n')
})

describe('a subpath alone', () => {
  const subpaths = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object').map(([subpath]) => subpath)
  test.each(subpaths)('%s', async (subpath) => {
    const specifier = subpath.replace('.', manifest.name)
    const code = await bundleAlone(folder.path, specifier)
    expect(code.length).toBeGreaterThan(100)
    const runtime = /\/(node|cloudflare)$/.exec(specifier)?.[1] ?? (specifier.endsWith('/ssh2') ? 'node' : undefined)
    const found = new Set(code.match(/["'`](node|cloudflare):|\beval\s*\(|\bnew Function\b/g)?.map((match) => match.replace(/["'`:]/g, '')))
    expect([...found]).toEqual(runtime ? [runtime] : [])
  }, 60_000)
})
