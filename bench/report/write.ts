/** Puts the results of a run where readers find them. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Peer } from '../peers/peer.ts'
import type { Cell } from '../results.ts'
import { chart } from './chart.ts'
import { table } from './table.ts'
import { targetTable, verdicts } from './targets.ts'

export interface Run {
  readonly cells: readonly Cell[]
  readonly peers: readonly Peer[]
  readonly notes: readonly string[]
  readonly machine: readonly string[]
}

const BEGIN = '<!-- speed: written by npm run bench -- --write -->'
const END = '<!-- speed: end -->'

export function report({ cells, peers, notes, machine }: Run): string {
  return [
    '# Results of the benchmark', '',
    'Written by the run itself; [README.md](README.md) says how to read it and how to repeat it.', '',
    ...machine, '',
    '## Against what the project wants', '', targetTable(cells),
    '![How many times faster than each peer](results.svg)', '',
    ...notes.length > 0 ? ['## Left out', '', ...notes.map((text) => `- ${text}`), ''] : [],
    '## Figures', '',
    'Medians of the rounds. "ours / theirs" is above 1 where this library is better. CPU and memory are of the whole client process.', '',
    table(cells, peers),
  ].join('\n')
}

export function write(run: Run): void {
  writeFileSync('bench/RESULTS.md', report(run))
  writeFileSync('bench/results.svg', chart(run.cells, run.peers))
  writeFileSync('bench/results.json', `${JSON.stringify(run.cells.map(({ samples, ...cell }) => ({ ...cell, samples: samples.map(({ seconds, ...sample }) => ({ ...sample, seconds: seconds.slice(0, 20) })) })))}\n`)
  const readme = readFileSync('README.md', 'utf8')
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error('README.md has no place for the speed')
  writeFileSync('README.md', `${readme.slice(0, begin)}${BEGIN}\n${summary(run)}\n${readme.slice(end)}`)
}

/** For the README: what was reached, as ratios. */
function summary({ cells, machine }: Run): string {
  const measured = verdicts(cells).filter(({ holds }) => holds !== undefined)
  return [
    '', machine[0]!.replace(/^- /, 'Measured ') + ':', '',
    '| | measured | wanted |', '|---|---|---|',
    ...measured.map(({ text, wanted, found }) => `| ${text} | ${found} | ${wanted} |`), '',
    '![How many times faster than each peer](bench/results.svg)', '',
    'All figures, CPU seconds and memory: [bench/RESULTS.md](bench/RESULTS.md).', '',
  ].join('\n')
}
