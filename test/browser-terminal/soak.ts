/// npm run terminal:soak -- [--hours H] [--every SECONDS] [--write] : one session of <ssh-terminal> in Chromium whose network is cut once a minute. Each time the same
/// shell must go on with all of its output; the heaps of page and worker must stay flat. --write puts the figures into docs/terminal.md.
import { parseArgs } from 'node:util'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'
import { median } from '../soak/flat.ts'
import { startProxy } from '../support/proxy.ts'
import { startSshd } from '../support/sshd.ts'
import { HeapMeter, type Heaps } from './heap.ts'
import { today, writeSection } from './section.ts'
import { openStage } from './stage.ts'

const { values } = parseArgs({ options: { hours: { type: 'string', default: '24' }, every: { type: 'string', default: '60' }, write: { type: 'boolean', default: false } } })
const hours = Number(values.hours), every = Number(values.every)
if (!(hours > 0) || !(every > 0)) throw new Error('--hours and --every must be positive numbers')

/** Bytes of output in each round: enough to be cut in its middle. */
const OUTPUT = 1_000_000
/** The last third may be so much larger than the first: JIT and caches settle in the first minutes. */
const SLACK = 1.15, MORE = 1 << 20
const login = { user: 'demo', password: 'swordfish' }
const seconds = (from: number) => (performance.now() - from) / 1000
const MB = (bytes: number) => (bytes / 1e6).toFixed(1)

await using server = await startSshd({ login, hostKeyTypes: ['ed25519'] })
await using stage = await openStage([server.port])
await using network = await startProxy({ target: { host: '127.0.0.1', port: stage.gatewayPort } })
const terminal = await stage.open({ port: server.port, user: login.user })
await terminal.form.getByText('Gateway and jump hosts').click()
await terminal.form.getByLabel('Address').fill(`ws://127.0.0.1:${network.port}`)
await terminal.login(login.password)
// Counts what the element says of the network.
await terminal.element.evaluate((element) => {
  const counts = globalThis as unknown as { resumed: number }
  counts.resumed = 0
  element.addEventListener('ssh-resumed', () => { counts.resumed++ })
})
const resumed = () => terminal.page.evaluate(() => (globalThis as unknown as { resumed: number }).resumed)
await terminal.run('shell=$$')
const meter = await HeapMeter.of(stage.browser, terminal.page)

const heaps: Heaps[] = []
const away: number[] = []
const start = performance.now()
let round = 0
while (seconds(start) < hours * 3600) {
  round++
  const began = performance.now()
  const before = await resumed()
  await terminal.run(`clear; head -c ${OUTPUT} /dev/zero | tr "\\0" x | fold -w 79 | cksum; head -c ${OUTPUT} /dev/zero | tr "\\0" x | fold -w 79; echo; echo "round ${round} of $$ is $((shell == $$))."`)
  const cut = performance.now()
  network.reset()
  await terminal.page.waitForFunction((count) => (globalThis as unknown as { resumed: number }).resumed > count, before)
  away.push(performance.now() - cut)
  await terminal.shows(new RegExp(`^round ${round} of \\d+ is 1\\.$`, 'm'))
  heaps.push(await meter.measure())
  const { page, holder } = heaps.at(-1) as Heaps
  if (round % 10 === 1) console.log(`${Math.round(seconds(start) / 60)} min: ${round} cuts, heap of the page ${MB(page)} MB, of the worker ${MB(holder)} MB, away ${Math.round(median(away))} ms`)
  const left = Math.min(every - seconds(began), hours * 3600 - seconds(start))
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left * 1000))
}
const state = await terminal.element.evaluate((element) => (element as SshTerminal).state)
const third = Math.max(1, Math.floor(heaps.length / 3))
const grown = (['page', 'holder'] as const).map((which) => {
  const [first, last] = [heaps.slice(0, third), heaps.slice(-third)].map((part) => median(part.map((one) => one[which]))) as [number, number]
  return { which, first, last, flat: last <= first * SLACK + MORE }
})
const text = `### A cut a minute\n\nOn ${today()}, \`npm run terminal:soak -- --hours ${hours}\`${every === 60 ? '' : ` --every ${every}`} ran for ${Math.round(seconds(start) / 60)} minutes: ${round} cuts of one session in Chromium, each in the middle of a megabyte of output. The same shell went on each time, and all of its output came; \
the session was back after ${Math.round(median(away))} ms (median; longest ${Math.round(Math.max(...away))} ms). Heap after a collection, median of the first and of the last third: \
${grown.map(({ which, first, last }) => `${which === 'page' ? 'page' : 'worker'} ${MB(first)} and ${MB(last)} MB`).join(', ')}.`
console.log(text)
if (values.write) writeSection('soak', text)
if (state !== 'open' || terminal.complaints.length > 0 || grown.some(({ flat }) => !flat)) {
  console.error('FAILED:', state, terminal.complaints, grown)
  process.exitCode = 1
}
