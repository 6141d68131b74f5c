/**
 * `npm run bench:limits [-- --only TEXT] [--share OF-THE-DATA] [--rounds N] [--write]`: what the wanted ratios of RESULTS.md could be at best on this machine, and the figures
 * from which that follows; --write puts it into LIMITS.md. Under 15 minutes.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine } from '../report/machine.ts'
import { digits } from '../report/table.ts'
import { targets, verdict } from '../report/targets.ts'
import { startServer } from '../server.ts'
import { workloads } from '../workloads/all.ts'
import { compiler } from './compiler.ts'
import { LARGER } from './further.ts'
import { hostCiphers } from './host-ciphers.ts'
import { keyExchange } from './key-exchange.ts'
import { nativeCode } from './native-code.ts'
import type { Limit } from './section.ts'
import { sftpProgram } from './sftp-program.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, share: { type: 'string', default: '1' }, rounds: { type: 'string', default: '3' }, write: { type: 'boolean', default: false } },
})
if (values.write && values.only !== '') throw new Error('--write needs all sections, so --only cannot be used with it')
const start = performance.now()
const where = machine(['npm run bench:limits --', ...process.argv.slice(2)].join(' ').replace(/ --$/, ''))
const say = (line: string) => console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s  ${line}`)
const firstLine = (command: string, argument: string) => execFileSync(command, [argument], { encoding: 'utf8' }).split('\n')[0]!

function limitRow({ target, cells, ratio, if: supposed }: Limit): string {
  const { text, wanted, found } = verdict(target, cells)
  return `| ${text} | ${wanted} | ${found} | ${ratio === undefined ? 'not measured' : `${digits(ratio)} x`} | ${supposed} |`
}

const share = Number(values.share)
await using server = await startServer(Math.max(...workloads.map(({ bytes = 0 }) => bytes)) * share * LARGER)
const limits: Limit[] = []
const parts: string[] = []
for (const section of [hostCiphers, nativeCode, keyExchange, sftpProgram, compiler].filter(({ name }) => name.includes(values.only))) {
  const measured = await section.measure({ server, share, rounds: Number(values.rounds), say })
  limits.push(...measured.limits)
  parts.push(`## ${section.title}`, '', ...measured.figures)
}
const report = [
  '# Limits', '',
  'Written by `npm run bench:limits -- --write`: what the wanted ratios of [RESULTS.md](RESULTS.md) could be at best, calculated from figures of this run.', 'A limit says what the ratio would be if one thing were so; it does not say that all the rest can be had. [README.md](README.md) says how transfers are measured,', '[PROFILE.md](PROFILE.md) where the time goes, also in Chromium.', '',
  ...where, `- ${firstLine('gcc', '--version')}; ${firstLine('openssl', 'version')}`, '',
  '## Against what the project wants', '', '| | wanted | measured | limit | if |', '|---|---|--:|--:|---|', ...limits.sort((one, other) => targets.indexOf(one.target) - targets.indexOf(other.target)).map(limitRow), '', ...parts,
].join('\n').trimEnd()
console.log(report)
if (values.write) writeFileSync('bench/LIMITS.md', `${report}\n`)
say('done')
