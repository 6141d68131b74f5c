/// npm run terminal:measure [-- --write] [--rounds N] : what a page with <ssh-terminal> loads, by part, and how long it takes to a prompt, in Chromium with a real server.
/// --write puts the table into docs/terminal.md.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { median } from '../soak/flat.ts'
import { startSshd } from '../support/sshd.ts'
import { today, writeSection } from './section.ts'
import { openStage } from './stage.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' }, write: { type: 'boolean', default: false } } })
const rounds = Number(values.rounds)
if (!(rounds >= 1)) throw new Error('--rounds must be a positive number')

const DIST = fileURLToPath(new URL('../../packages/terminal/dist', import.meta.url))
/** What each file of the package is, and when a page loads it. */
const PARTS: readonly (readonly [file: RegExp, what: string, when: string])[] = [
  [/^index\.js$/, 'the element: interface, xterm.js, search, links', 'with the page'],
  [/^page-chunk-.*\.js$/, 'what the element and its later parts share', 'with the page'],
  [/^holder\.js$/, 'the worker: SSH, SFTP, keys, screens of xterm.js', 'with the page, once for all tabs'],
  [/^service-worker\.js$/, 'the same as a classic script', 'with the page, in place of that worker, if `service-worker` names it and the browser needs it'],
  [/^libssh2\.wasm$/, 'libssh2 and its cryptography', 'with the first connection'],
  [/^page-editor-.*\.js$/, 'the editor for small text files', 'when a file is edited'],
  [/^page-open-preview-.*\.js$/, 'web preview, in the page', 'with the first preview'],
]
const kB = (bytes: number) => (bytes / 1000).toFixed(1)

const login = { user: 'demo', password: 'swordfish' }
await using server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
await using stage = await openStage([server.port])

const sizes = PARTS.map(([pattern, what, when]) => {
  const names = readdirSync(DIST).filter((name) => pattern.test(name))
  if (names.length === 0) throw new Error(`the package has no file ${pattern}`)
  const contents = names.map((name) => readFileSync(`${DIST}/${name}`))
  return { what, when, plain: contents.reduce((sum, { length }) => sum + length, 0), gzip: contents.reduce((sum, content) => sum + gzipSync(content, { level: 9 }).length, 0) }
})

/** Milliseconds from the click on Connect to the prompt, and from the navigation to a form that can be used. */
const prompts: number[] = [], forms: number[] = []
for (let round = 0; round < rounds; round++) {
  const terminal = await stage.open({ port: server.port, user: login.user })
  const { page } = terminal
  await terminal.form.locator('input[type=file]').setInputFiles(server.keys.ed25519.path)
  await terminal.form.getByText('no script can read').waitFor()
  forms.push(await page.evaluate(() => (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).domContentLoadedEventEnd))
  // The first connection asks about the host key, which takes as long as a person takes.
  await terminal.connect()
  await terminal.acceptHostKey()
  await terminal.shows(/[#$] *$/)
  await terminal.element.evaluate((element) => (element as SshTerminal).disconnect())
  await terminal.form.waitFor()
  await terminal.form.locator('select').selectOption({ index: 1 })
  prompts.push(await terminal.form.evaluate((form) => new Promise<number>((resolve) => {
    const element = (form.getRootNode() as ShadowRoot).host as SshTerminal
    const start = performance.now()
    const look = () => /[#$] *$/.test(element.state === 'open' ? element.screenText() : '') ? resolve(performance.now() - start) : requestAnimationFrame(look)
    ;(form as HTMLFormElement).requestSubmit()
    look()
  })))
  await page.context().close()
}

const text = `### What a page loads\n\nOn ${today()}, by \`npm run terminal:measure -- --rounds ${rounds}\`:

| part | kB | kB gzip | loaded |
|---|---|---|---|
${sizes.map(({ what, when, plain, gzip }) => `| ${what} | ${kB(plain)} | ${kB(gzip)} | ${when} |`).join('\n')}

The page was loaded after ${Math.round(median(forms))} ms (median of ${rounds} new profiles; Chromium ${stage.browser.version()}, everything on one machine with two busy cores). From the press on Connect to the prompt of the shell, with a key, it took \
${Math.round(median(prompts))} ms (median; fastest ${Math.round(Math.min(...prompts))} ms): WebSocket, key exchange, login, shell and its first output on the screen.`
console.log(text)
if (values.write) writeSection('measure', text)
