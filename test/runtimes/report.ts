import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Outcome, resultOf } from './run.ts'
import type { Runtime } from './runtime.ts'
import { cases } from './suite/run.ts'

const project = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const BEGIN = '<!-- runtimes: written by npm run test:runtimes -- --write -->'
const END = '<!-- /runtimes -->'

const features = [...new Set(cases.map(({ feature }) => feature))]

/** Writes build/runtimes.json and build/runtimes.md, and the table of docs/runtimes.md if WRITE_RUNTIMES is set. */
export function writeReport(outcomes: readonly Outcome[], runtimes: readonly Runtime[]): void {
  if (outcomes.length === 0) return
  mkdirSync(project('build'), { recursive: true })
  const skipped = runtimes.flatMap(({ key, name, missing }) => missing() ? [{ key, name, missing: missing() }] : [])
  const date = new Date().toISOString().slice(0, 10)
  writeFileSync(project('build/runtimes.json'), `${JSON.stringify({ date, outcomes, skipped }, null, 2)}\n`)
  writeFileSync(project('build/runtimes.md'), table(outcomes))
  for (const { name, version, results, measurements, seconds } of outcomes) {
    const count = (status: string) => results.filter((result) => result.status === status).length
    const times = measurements ? `; instance ${measurements.instantiate.toFixed(1)} ms, connect ${measurements.connect.toFixed(0)} ms` : ''
    console.log(`${name} ${version}: ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped in ${seconds} s${times}`)
    for (const { status, name, reason } of results) if (status === 'skipped') console.log(`  skipped: ${name}: ${reason}`)
  }
  if (process.env.WRITE_RUNTIMES) writeDocument(table(outcomes))
}

/** Runtimes x features; what a runtime lacks has a footnote. */
function table(outcomes: readonly Outcome[]): string {
  const notes: string[] = []
  const cell = (outcome: Outcome, feature: string): string => {
    const results = cases.filter((one) => one.feature === feature).map(({ name }) => resultOf(outcome, name))
    if (results.some(({ status }) => status === 'failed')) return '✗'
    const reasons = results.filter(({ status }) => status === 'skipped').map(({ reason }) => reason!.split('\n')[0]!)
    if (results.some(({ status }) => status === 'passed')) return '✓'
    return `– [${note(notes, reasons[0]!)}]`
  }
  const header = ['', ...outcomes.map(({ name }) => name)]
  const rows = [
    ['version', ...outcomes.map(({ version }) => version)],
    ['reaches the server by', ...outcomes.map(({ route }) => route === 'tcp' ? 'TCP' : 'WebSocket')],
    ...features.map((feature) => [feature, ...outcomes.map((outcome) => cell(outcome, feature))]),
  ]
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return line(header) + line(header.map(() => '---')) + rows.map(line).join('') + (notes.length > 0 ? `\n${notes.map((text, i) => `[${i + 1}] ${text}  \n`).join('')}` : '')
}

function note(notes: string[], text: string): number {
  if (!notes.includes(text)) notes.push(text)
  return notes.indexOf(text) + 1
}

/** @throws where docs/runtimes.md has no place for it. */
function writeDocument(text: string): void {
  const path = project('docs/runtimes.md')
  const document = readFileSync(path, 'utf8')
  const [from, to] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`docs/runtimes.md lacks the lines ${BEGIN} and ${END}`)
  writeFileSync(path, `${document.slice(0, from)}${BEGIN}\n${text}${document.slice(to)}`)
}
