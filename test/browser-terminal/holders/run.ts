/// npm run terminal:holders [-- --only chromium,firefox,webkit] [--seconds N] [--write] : what SharedWorkers and service workers live through in each browser; --write puts the table into docs/terminal.md.
import { parseArgs } from 'node:util'
import { BROWSERS } from '../browsers/browsers.ts'
import { today, writeSection } from '../section.ts'
import { KINDS, type Kind } from './kinds.ts'
import { startSite } from './site.ts'
import { situations } from './situations.ts'

const { values } = parseArgs({ options: { only: { type: 'string' }, seconds: { type: 'string', default: '70' }, write: { type: 'boolean', default: false } } })
const seconds = Number(values.seconds)
if (!(seconds >= 1)) throw new Error('--seconds must be a positive number')
const wanted = values.only?.split(',') ?? Object.keys(BROWSERS)

const NAMES: Readonly<Record<Kind, string>> = {
  'shared': 'SharedWorker', 'shared-extended': 'SharedWorker, `extendedLifetime`', 'service': 'service worker', 'service-held': 'service worker, each message an event that does not end',
}
const all = situations(seconds)
const parts: string[] = []
for (const key of wanted) {
  const known = BROWSERS[key]
  if (!known) throw new Error(`${key} is none of ${Object.keys(BROWSERS).join(', ')}`)
  const missing = known.missing()
  if (missing) {
    console.log(`${key}: skipped: ${missing}`)
    process.exitCode = 1
    continue
  }
  await using site = await startSite()
  await using browser = await known.start()
  // Only Chromium has `extendedLifetime`; others ignore it.
  const kinds = key === 'chromium' ? KINDS : KINDS.filter((kind) => kind !== 'shared-extended')
  await browser.first.goto(site.origin())
  const module = await browser.first.run<boolean>('return holder.module()')
  const title = `${browser.name} ${browser.version} (a service worker ${module ? 'may be a module' : 'must be a classic script'})`
  console.log(title)
  const rows: string[] = []
  for (const { name, run } of all) {
    const outcomes = await run(browser, site, kinds, seconds)
    console.log(`${name}: ${kinds.map((kind, at) => `${kind}: ${outcomes[at]}`).join('; ')}`)
    rows.push(`| ${name} | ${outcomes.join(' | ')} |`)
  }
  parts.push([`${title}:`, '', `| | ${kinds.map((kind) => NAMES[kind]).join(' | ')} |`, `|---|${kinds.map(() => '---').join('|')}|`, ...rows].join('\n'))
}
if (values.write && process.exitCode !== 1) {
  writeSection('holders', [`By \`npm run terminal:holders -- --write\` on ${today()}, with a probe that has a timer, a WebSocket with a message each second, and libssh2.wasm:`, ...parts].join('\n\n'))
}
