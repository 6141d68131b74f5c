// Writes the table of docs/gateway.md from the results of `npm run test:gateway` in build/.
import { readFileSync, writeFileSync } from 'node:fs'

const [BEGIN, END] = ['<!-- rows: written by npm run test:gateway -->', '<!-- /rows -->']
/** @type {{ what: string, how: string, wanted: string, measured: string }[]} */
const rows = JSON.parse(readFileSync('build/gateway-rows.json', 'utf8'))
const table = ['| what | how | wanted | measured |', '|---|---|---|---|', ...rows.map(({ what, how, wanted, measured }) => `| ${what} | ${how} | ${wanted} | ${measured} |`)].join('\n')
const text = readFileSync('docs/gateway.md', 'utf8')
const [before, after] = [text.slice(0, text.indexOf(BEGIN)), text.slice(text.indexOf(END))]
writeFileSync('docs/gateway.md', `${before}${BEGIN}\n${table}\n${after}`)
console.log(`docs/gateway.md: ${rows.length} rows`)
