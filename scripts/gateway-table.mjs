// Writes the table of docs/gateway.md from the results of `npm run test:gateway` in build/gateway-rows/. A row that was not measured, because its browser is missing
// here, keeps the line that the table has.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const [BEGIN, END] = ['<!-- rows: written by npm run test:gateway -->', '<!-- /rows -->']
const HEAD = ['| what | how | wanted | measured |', '|---|---|---|---|']
/** Their order in the table; others follow. */
const ORDER = ['bytes', 'notice', 'resume', 'sleep', 'slow', 'away', 'memory', 'strangers', 'takeover', 'cost', 'keepalive', 'reload', 'second tab', 'interop']
const folder = 'build/gateway-rows/'
/** @type {{ what: string, how: string, wanted: string, measured: string }[]} */
const measured = readdirSync(folder).map(name => JSON.parse(readFileSync(folder + name, 'utf8')))
const text = readFileSync('docs/gateway.md', 'utf8')
const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))]
const lines = text.slice(before.length, text.length - after.length).split('\n').filter(line => line.startsWith('| ') && !HEAD.includes(line))
/** @param {string} line */
const nameOf = line => line.split(' | ')[0]?.slice(2) ?? ''
const rows = new Map(lines.map(line => [nameOf(line), line]))
for (const { what, how, wanted, measured: result } of measured) rows.set(what, `| ${what} | ${how} | ${wanted} | ${result} |`)
/** @param {string} what */
const place = what => {
  const at = ORDER.indexOf(what.split(',')[0] ?? '')
  return at < 0 ? ORDER.length : at
}
const ordered = [...rows].sort(([one], [other]) => place(one) - place(other) || one.localeCompare(other)).map(([, line]) => line)
writeFileSync('docs/gateway.md', `${before}${BEGIN}\n${[...HEAD, ...ordered].join('\n')}\n${after}`)
console.log(`docs/gateway.md: ${measured.length} of ${ordered.length} rows measured`)
