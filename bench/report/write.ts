/** Writes the results of a run to where readers find them. */
import { writeFileSync } from 'node:fs'
import type { Peer } from '../peers/peer.ts'
import type { Cell } from '../results.ts'
import { chart } from './chart.ts'
import { table } from './table.ts'
import { targetTable } from './targets.ts'

export interface Run {
  readonly cells: readonly Cell[]
  readonly peers: readonly Peer[]
  readonly notes: readonly string[]
  readonly machine: readonly string[]
}

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
}
