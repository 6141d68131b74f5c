import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const DOCUMENT = fileURLToPath(new URL('../../docs/ssh2-compat.md', import.meta.url))
const BEGIN = '<!-- transcripts: written by SSH2_TABLE=write npx vitest run test/ssh2/side-by-side.test.ts -->'
const END = '<!-- end of transcripts -->'

const rows: string[] = []

/** Keeps a row of the table of docs/ssh2-compat.md: a point of the contract, and how the two packages behave. */
export function record(point: string, outcome: 'equal' | 'better', npm: readonly string[], ours: readonly string[]): void {
  const cell = (lines: readonly string[]) => lines.map((line) => line.replaceAll('|', '\\|').slice(0, 160)).join('<br>')
  rows.push(`| ${point} | ${outcome === 'equal' ? 'equal' : '**better**'} | ${cell(npm)} | ${outcome === 'equal' ? '' : cell(ours)} |`)
}

/** Writes the table when all tests have run, if SSH2_TABLE says so. */
export function writeTable(): void {
  afterAll(() => {
    if (process.env['SSH2_TABLE'] !== 'write') return
    const text = readFileSync(DOCUMENT, 'utf8')
    const table = ['', '| point | outcome | npm ssh2 | ours, where it differs |', '|---|---|---|---|', ...rows, ''].join('\n')
    writeFileSync(DOCUMENT, text.slice(0, text.indexOf(BEGIN) + BEGIN.length) + table + text.slice(text.indexOf(END)))
  })
}
