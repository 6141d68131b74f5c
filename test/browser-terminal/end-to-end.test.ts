import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { login, ownPages } from './hooks.ts'
import { openStage, type Stage } from './stage.ts'
import type { TerminalPage } from './terminal-page.ts'

const PASSWORD = login.password
const here = [requirePeer('sshd-login'), requirePeer('chromium')].every(Boolean)
/** The key that was kept last. */
const KEPT = 'kept'
const WEBAUTHN = 'PubkeyAcceptedAlgorithms +webauthn-sk-ecdsa-sha2-nistp256@openssh.com'

/** What only a client in the page can do: keys, passkeys, certificates, jump hosts, previews, links. */
describe.runIf(here)('end to end in <ssh-terminal>, in Chromium', { timeout: 120_000 }, () => {
  /** `plain` takes keys from the home folder; `company` also passkeys and its CA's certificates; `inner` is reached through `plain` only. */
  let plain: SshServer, company: SshServer, inner: SshServer, stage: Stage, files: TemporaryDirectory
  const pages = ownPages()
  const open = async (server: SshServer, options: Parameters<Stage['open']>[1] = {}): Promise<TerminalPage> => {
    const page = await stage.open({ port: server.port, user: login.user }, options)
    pages.push(page)
    return page
  }
  beforeAll(async () => {
    files = temporaryDirectory('end-to-end')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', files.file('ca')])
    const home = 'AuthorizedKeysFile .ssh/authorized_keys'
    plain = await startSshd({ login, hostKeyTypes: ['ed25519'], config: [home] })
    company = await startSshd({ login, hostKeyTypes: ['ed25519'], config: [home, WEBAUTHN, `TrustedUserCAKeys ${files.file('ca.pub')}`] })
    inner = await startSshd({ login, hostKeyTypes: ['ecdsa'], config: [home] })
    stage = await openStage([plain.port, company.port])
  }, 180_000)
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await Promise.all([plain, company, inner].map((server) => server?.stop()))
    files?.remove()
  })
  /** Opens the dialog that puts a key on the server. */
  const install = async (terminal: TerminalPage, { key, term }: { key?: string, term?: string }) => {
    await terminal.page.getByRole('button', { name: 'Log in with a key' }).click()
    const dialog = terminal.titled('Log in with a key from now on')
    const choice = dialog.getByLabel('Key', { exact: true })
    // The dialog comes with its list.
    await choice.waitFor()
    if (key) await choice.selectOption(key === KEPT ? await choice.locator('option').last().getAttribute('value') : key)
    if (term) await dialog.getByLabel('The server takes it').selectOption(term)
    await dialog.getByRole('button', { name: 'Put it on the server' }).click()
  }
  const loginWithKey = async (terminal: TerminalPage) => {
    await terminal.form.locator('select').selectOption({ index: 1 })
    await terminal.connect()
  }

  test('a key that is made here is put on the server, tried, and logs in; the line is there once, with its end, and the others stay', async () => {
    const terminal = await open(plain)
    await terminal.login(PASSWORD)
    await terminal.run('rm -rf .ssh; mkdir .ssh; printf "# mine" > .ssh/authorized_keys; chmod 600 .ssh/authorized_keys; echo "ready $((6 * 7))"')
    await terminal.shows(/^ready 42$/m)
    await install(terminal, { term: 'for 30 days' })
    await terminal.titled('The key works').getByText('It was added, and a second connection has logged in with it.').waitFor()
    await terminal.page.keyboard.press('Enter')
    await terminal.run('clear; cut -c 1-40 .ssh/authorized_keys; stat -c "mode %a" .ssh/authorized_keys; ls -A .ssh | wc -l | sed "s/^/files: /"')
    await terminal.shows(/^# mine\nexpiry-time="\d{8}" ssh-ed25519 .*\nmode 600\nfiles: +1$/m)
    const private_ = await terminal.page.evaluate(() => new Promise<boolean[]>((resolve) => {
      const opening = indexedDB.open('libssh2-wasm-keys')
      opening.onsuccess = () => {
        const all = opening.result.transaction('keys').objectStore('keys').getAll()
        all.onsuccess = () => resolve((all.result as { privateKey: CryptoKey }[]).map(({ privateKey }) => privateKey.extractable))
      }
    }))
    expect(private_).toEqual([false])
    await install(terminal, { key: KEPT })
    await terminal.titled('The key works').getByText('It was there already').waitFor()
    await terminal.page.keyboard.press('Enter')
    await terminal.run('exit')
    await terminal.banner.getByRole('button', { name: 'Back to the form' }).click()
    await loginWithKey(terminal)
    await terminal.shows(/[#$] *$/)
  })

  test('a key is tried by the host keys that the page gives: nobody is asked, and another key is refused', async () => {
    const terminal = await open(plain)
    const given = (server: SshServer) => terminal.element.evaluate((element, text) => { (element as SshTerminal).hostKeys = text }, `[127.0.0.1]:${plain.port} ${server.hostKeys[0]?.publicKey}`)
    await given(inner)
    await terminal.connect(PASSWORD)
    await terminal.form.getByRole('alert').getByText(/key has changed|not accepted/).waitFor()
    await given(plain)
    await terminal.connect(PASSWORD)
    await terminal.shows(/[#$] *$/)
    await install(terminal, {})
    await terminal.titled('The key works').getByText('It was added').waitFor()
  })

  test('a passkey logs in where the server allows it; elsewhere both lines that it needs are shown', async () => {
    const withAuthenticator = async (server: SshServer) => {
      const terminal = await open(server, { hostname: 'localhost' })
      const devtools = await terminal.page.context().newCDPSession(terminal.page)
      await devtools.send('WebAuthn.enable')
      await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
      await terminal.login(PASSWORD)
      await install(terminal, { key: 'A new passkey, which asks each time' })
      return terminal
    }
    const terminal = await withAuthenticator(company)
    await terminal.titled('The key works').getByText(WEBAUTHN).waitFor()
    await terminal.page.keyboard.press('Enter')
    await terminal.run('exit')
    await terminal.banner.getByRole('button', { name: 'Back to the form' }).click()
    await loginWithKey(terminal)
    await terminal.shows(/[#$] *$/)
    await expect.poll(() => company.log()).toMatch(/Accepted publickey for demo .*ECDSA-SK/)

    const refused = await withAuthenticator(plain)
    const dialog = refused.titled('The key does not work yet')
    await dialog.getByText(WEBAUTHN).waitFor()
    await dialog.getByText(/^sk-ecdsa-sha2-nistp256@openssh\.com AAAA/).waitFor()
  })

  test('a certificate of the company’s CA lets its key in; without its key it is refused', async () => {
    copyFileSync(company.keys.ed25519.path, files.file('id'))
    copyFileSync(`${company.keys.ed25519.path}.pub`, files.file('id.pub'))
    execFileSync('ssh-keygen', ['-q', '-s', files.file('ca'), '-I', 'a person', '-n', login.user, '-V', '-5m:+1h', files.file('id.pub')])
    const terminal = await open(company)
    const choose = (name: string) => terminal.form.locator('input[type=file]').setInputFiles(files.file(name))
    await choose('id-cert.pub')
    await terminal.form.getByRole('alert').getByText('The certificate’s key is not here').waitFor()
    await choose('id')
    await terminal.form.getByText('no script can read').waitFor()
    await choose('id-cert.pub')
    await terminal.form.getByText('Its certificate is offered first.').waitFor()
    await terminal.connect()
    await terminal.acceptHostKey()
    await terminal.shows(/[#$] *$/)
    await expect.poll(() => company.log()).toMatch(/Accepted publickey for demo .*ED25519-CERT/)
  })

  test('jump hosts: the key of each is checked here, the target is reached through them, and a new key is tried on the same way', async () => {
    const terminal = await open(inner)
    // The gateway itself does not connect to it.
    await terminal.connect(PASSWORD)
    await terminal.form.getByRole('alert').getByText('is not allowed').waitFor()
    await terminal.form.getByText('Gateway and jump hosts').click()
    await terminal.form.getByLabel('Jump hosts').fill(`demo@127.0.0.1:${plain.port}`)
    await terminal.connect(PASSWORD)
    const shown = async () => (await terminal.titled('Is this the right server?').locator('.fingerprint').textContent()) ?? ''
    expect(await shown()).toBe(plain.hostKeys[0]?.fingerprint)
    await terminal.acceptHostKey()
    await terminal.titled('Password').getByLabel(`Password of demo@127.0.0.1:${plain.port}`).fill(PASSWORD)
    await terminal.page.keyboard.press('Enter')
    await expect.poll(shown).toBe(inner.hostKeys[0]?.fingerprint)
    await terminal.acceptHostKey()
    await terminal.shows(/[#$] *$/)
    await terminal.run('echo "port ${SSH_CONNECTION##* }"')
    await terminal.shows(new RegExp(`^port ${inner.port}$`, 'm'))
    await install(terminal, {})
    await terminal.titled('The key works').getByText('It was added').waitFor()
    await expect.poll(() => inner.log()).toMatch(/Accepted publickey for demo/)
  })

  test('connections are kept without secrets, fill the form and do not connect; forgotten ones are gone', async () => {
    const terminal = await open(plain)
    await terminal.login(PASSWORD)
    expect(await terminal.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(PASSWORD)
    expect(await terminal.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('a token for tests only')
    await terminal.run('exit')
    await terminal.banner.getByRole('button', { name: 'Back to the form' }).click()
    await terminal.form.getByLabel('User name').fill('somebody')
    const name = `demo@127.0.0.1:${plain.port}`
    await terminal.form.getByRole('button', { name, exact: true }).click()
    expect(await terminal.form.getByLabel('User name').inputValue()).toBe(login.user)
    expect(await terminal.element.evaluate((element) => (element as SshTerminal).state)).toBe('idle')
    await terminal.form.getByRole('button', { name: `Forget ${name}` }).click()
    expect(await terminal.form.getByRole('button', { name, exact: true }).count()).toBe(0)
  })

  test('links fill the form and do not connect; one that names another gateway asks before anything goes there', async () => {
    const strangers: string[] = []
    const stranger = createServer().on('upgrade', (request, socket) => {
      strangers.push(request.url ?? '')
      socket.destroy()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => stranger.once('listening', resolve))
    const terminal = await open(plain)
    const { page } = terminal
    try {
      await page.goto('about:blank')
      await page.goto(`${stage.url}#ssh://ada:secret@db1.internal:2022`)
      await terminal.form.waitFor()
      const values = () => Promise.all(['Host', 'Port', 'User name', 'Password'].map((label) => terminal.form.getByLabel(label, { exact: true }).inputValue()))
      await expect.poll(values).toEqual(['db1.internal', '2022', 'ada', ''])
      await page.goto('about:blank')
      const other = `ws://127.0.0.1:${(stranger.address() as AddressInfo).port}`
      await page.goto(`${stage.url}#host=db1.internal&user=ada&gateway=${other}`)
      await terminal.form.waitFor()
      await terminal.connect(PASSWORD)
      await terminal.titled('Use this gateway?').getByText(other).waitFor()
      // Refusing has the focus.
      await page.keyboard.press('Enter')
      await terminal.dialog.waitFor({ state: 'hidden' })
      expect(strangers).toEqual([])
      await terminal.connect(PASSWORD)
      await terminal.titled('Use this gateway?').getByRole('button', { name: 'Use it' }).click()
      await expect.poll(() => strangers.length).toBeGreaterThan(0)
    } finally {
      stranger.close()
    }
  })

  test('a web server behind the session is shown on an own origin, with its cookies, forms and redirects; the page’s own origin is refused', async () => {
    const asked: string[] = []
    const web: Server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.host}`)
      const cookie = request.headers.cookie ?? 'none'
      if (request.url === '/login') return void response.writeHead(303, { 'set-cookie': 'user=ada; HttpOnly; Path=/', location: `http://${request.headers.host}/` }).end()
      if (request.url === '/data.json') return void response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync('{"answer":42}'))
      // Without a length: in chunks.
      response.writeHead(200, { 'content-type': 'text/html', 'x-frame-options': 'DENY' })
      response.write(`<!doctype html><title>inside</title><p id=cookie>${cookie}</p><form method=post action=/login><button>Log in</button></form><p id=data></p>`)
      response.end('<script>fetch("/data.json").then(a => a.json()).then(({ answer }) => { document.querySelector("#data").textContent = answer + " " + location.origin + " " + (top.opener === null) })</script>')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => web.once('listening', resolve))
    const { port } = web.address() as AddressInfo
    try {
      const terminal = await open(plain)
      await terminal.login(PASSWORD)
      // The terminal's own way to it: a link to localhost in its text.
      await terminal.run(`clear; echo "see http://localhost:${port}/"`)
      await terminal.shows(/^see http/m)
      const row = terminal.panel.locator('.xterm-rows > div', { hasText: 'see http' }).last()
      await row.hover({ position: { x: 80, y: 6 }, force: true })
      await row.click({ position: { x: 80, y: 6 }, force: true })
      const [shown] = await Promise.all([terminal.page.waitForEvent('popup'), terminal.titled('Open this address?').getByRole('button', { name: 'Open' }).click()])
      const frame = shown.frameLocator('iframe')
      const { origin } = new URL(shown.url())
      expect(origin).not.toBe(new URL(stage.url).origin)
      await frame.locator('#data').getByText(`42 ${origin} true`).waitFor()
      expect(await frame.locator('#cookie').textContent()).toBe('none')
      await frame.getByRole('button', { name: 'Log in' }).click()
      await frame.locator('#cookie').getByText('user=ada').waitFor()
      expect(asked).toEqual(expect.arrayContaining([`GET / localhost:${port}`, `GET /data.json localhost:${port}`, `POST /login localhost:${port}`]))
      // HttpOnly: no script sees it.
      expect(await shown.evaluate(() => document.cookie)).toBe('')
      const refused = terminal.element.evaluate((element, at) => {
        element.setAttribute('preview', location.origin)
        return (element as SshTerminal).openPreview(at).then(() => 'opened', (error: Error) => error.message)
      }, port)
      expect(await refused).toMatch(/own origin/)
    } finally {
      web.closeAllConnections()
      web.close()
    }
  })

  test('the public halves that are kept are those of the files', async () => {
    const terminal = await open(plain)
    await terminal.form.locator('input[type=file]').setInputFiles(plain.keys.ecdsa.path)
    await terminal.form.getByText('no script can read').waitFor()
    const lines = await terminal.page.evaluate(() => new Promise<string[]>((resolve) => {
      const opening = indexedDB.open('libssh2-wasm-keys')
      opening.onsuccess = () => {
        const all = opening.result.transaction('keys').objectStore('keys').getAll()
        all.onsuccess = () => resolve((all.result as { line: string }[]).map(({ line }) => line))
      }
    }))
    expect(lines[0]?.split(' ').slice(0, 2)).toEqual(readFileSync(`${plain.keys.ecdsa.path}.pub`, 'utf8').split(' ').slice(0, 2))
  })
})
