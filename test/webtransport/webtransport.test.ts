import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectWebTransport } from '../../src/transports/webtransport.ts'
import { serve } from '../bundlers/web-server.ts'
import { installed, lacking } from '../runtimes/runners/installed.ts'
import { installPackedPackage } from '../support/packed-package.ts'
import { type Peer, startPeer } from '../support/process.ts'
import { missingPeer } from '../support/require-peer.ts'
import { clientKeys } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const deno = installed('deno')
/** The far end is Deno: no other runtime here has a server of WebTransport. */
const missing = lacking(deno) ?? missingPeer('openssl') ?? missingPeer('sshd')
if (missing) console.warn(`skipped: WebTransport: ${missing}`)
const noChromium = missing ?? missingPeer('chromium')
if (noChromium) console.warn(`skipped: WebTransport in Chromium: ${noChromium}`)

describe.runIf(!missing)('a session over WebTransport', () => {
  const server = suiteServer(() => startSshd())
  const folder = temporaryDirectory('webtransport')
  let relay: Peer, settings: object

  beforeAll(async () => {
    // Browsers take a certificate by its hash if it is ECDSA's and lives no longer than two weeks.
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '10', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', folder.file('key.pem'), '-out', folder.file('certificate.pem')], { stdio: 'pipe' })
    const { host, port, user, hostKeys } = server()
    relay = await startPeer(deno, ['run', '--no-prompt', '--unstable-net', '--allow-net=127.0.0.1', `--allow-read=${folder.path}`, path('relay.js'),
      folder.file('certificate.pem'), folder.file('key.pem'), String(port)])
    await relay.logged(/port \d+/, 30_000)
    settings = {
      url: `https://127.0.0.1:${/port (\d+)/.exec(relay.log())?.[1]}/`,
      certificate: [...createHash('sha256').update(new X509Certificate(readFileSync(folder.file('certificate.pem'))).raw).digest()],
      host, port, username: user, known: hostKeys.map(({ publicKey }) => `[${host}]:${port} ${publicKey}\n`).join(''), key: (await clientKeys()).ed25519.privateKey,
    }
    installPackedPackage(folder.path)
    await build({
      stdin: { contents: readFileSync(path('app.js'), 'utf8'), resolveDir: folder.path },
      absWorkingDir: folder.path, outfile: folder.file('out/app.js'), bundle: true, format: 'esm', platform: 'browser', target: 'es2022',
    })
  }, 120_000)
  afterAll(async () => {
    await relay?.stop()
    folder.remove()
  })

  const told = 'over HTTP/3, 5242880 bytes, equal: true, exit code 7'

  test('in Deno', () => {
    writeFileSync(folder.file('settings.json'), JSON.stringify(settings))
    writeFileSync(folder.file('main.js'), `import { refused, run } from './out/app.js'
      const settings = JSON.parse(Deno.readTextFileSync(new URL('settings.json', import.meta.url)))
      console.log(await run(settings))
      console.log(await refused(settings))`)
    const stdout = execFileSync(deno, ['run', '--no-prompt', '--unstable-net', '--allow-net=127.0.0.1', `--allow-read=${folder.path}`, folder.file('main.js')], { encoding: 'utf8', timeout: 90_000 })
    expect(stdout.trim().split('\n')).toEqual([told, 'SSHError ERR_WEBTRANSPORT'])
  }, 100_000)

  test.runIf(!noChromium)('in Chromium', async () => {
    writeFileSync(folder.file('out/index.html'), '<!doctype html><title>WebTransport</title><script type="module" src="/page.js"></script><body>')
    writeFileSync(folder.file('out/page.js'), `import { refused, run } from './app.js'
      const settings = await (await fetch('settings.json')).json()
      const outcome = [await run(settings).catch(String), await refused(settings)]
      document.body.dataset.outcome = JSON.stringify(outcome)`)
    const web = await serve(folder.file('out'), settings)
    // Its sandbox needs another user than root.
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], timeout: 120_000 })
    try {
      const page = await browser.newPage()
      await page.goto(web.url)
      const outcome = await page.locator('[data-outcome]').getAttribute('data-outcome', { timeout: 90_000 })
      expect(JSON.parse(outcome ?? '')).toEqual([told, 'SSHError ERR_WEBTRANSPORT'])
    } finally {
      await browser.close()
      await web.stop()
    }
  }, 180_000)
})

test.runIf(typeof WebTransport === 'undefined')('a runtime without WebTransport says so', async () => {
  await expect(connectWebTransport('https://127.0.0.1/')).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_WEBTRANSPORT' })
})
