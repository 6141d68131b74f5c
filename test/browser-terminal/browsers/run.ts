/// npm run terminal:browsers [-- --only chromium,firefox,webkit] [-- --write] : the element in each browser, with a real server; --write puts the table into docs/terminal.md.
import { parseArgs } from 'node:util'
import { startProxy } from '../../support/proxy.ts'
import { startSshd } from '../../support/sshd.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { endTmux, tmuxConfig } from '../own-tmux.ts'
import { today, writeSection } from '../section.ts'
import { openStage } from '../stage.ts'
import { BROWSERS } from './browsers.ts'
import { CHECKS } from './checks.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, write: { type: 'boolean', default: false } } })
const wanted = values.only?.split(',') ?? Object.keys(BROWSERS)

const login = { user: 'demo', password: 'swordfish' }
const sockets = temporaryDirectory('tmux-sockets')
using _sockets = { [Symbol.dispose]() { endTmux(sockets) } }
await using server = await startSshd({ login, hostKeyTypes: ['ed25519'], config: [tmuxConfig(sockets)] })
await using stage = await openStage([server.port])

const columns: { readonly head: string, readonly cells: string[] }[] = []
for (const key of wanted) {
  const known = BROWSERS[key]
  if (!known) throw new Error(`${key} is none of ${Object.keys(BROWSERS).join(', ')}`)
  const missing = known.missing()
  if (missing) {
    console.log(`${key}: skipped: ${missing}`)
    continue
  }
  await using browser = await known.start()
  const column = { head: `${browser.name} ${browser.version}`, cells: [] as string[] }
  columns.push(column)
  // The page's own gateway is behind the wire that is cut.
  await using network = await startProxy({ target: { host: '127.0.0.1', port: stage.gatewayPort } })
  const form = new URLSearchParams({ gateway: `ws://127.0.0.1:${network.port}`, token: stage.token, host: '127.0.0.1', port: String(server.port), user: login.user })
  await using page = await stage.serve(network.port)
  await using tmuxPage = await stage.serve(network.port, { persist: 'tmux' })
  await using servicePage = await stage.serve(network.port, { serviceWorker: './service-worker.js' })
  for (const check of CHECKS) {
    const words = await check.run(browser, { url: `${page.url}#${form}`, tmuxUrl: `${tmuxPage.url}#${form}`, serviceUrl: `${servicePage.url}#${form}`, password: login.password, cut: () => network.reset() }).catch((error: unknown) => {
      console.error(error)
      process.exitCode = 1
      return 'FAILED'
    })
    console.log(`${column.head}: ${check.name}: ${words}`)
    column.cells.push(words)
    if (words === 'FAILED' && check === CHECKS[0]) break
  }
}
if (values.write && process.exitCode !== 1) {
  writeSection('browsers', ['### In each browser', '', `By \`npm run terminal:browsers -- --write\` on ${today()}:`, '', `| | ${columns.map(({ head }) => head).join(' | ')} |`, `|---|${columns.map(() => '---').join('|')}|`,
    ...CHECKS.map(({ name }, row) => `| ${name} | ${columns.map(({ cells }) => cells[row]).join(' | ')} |`)].join('\n'))
}
