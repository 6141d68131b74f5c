import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

const DOCUMENT = fileURLToPath(new URL('../../docs/ssh2-compat.md', import.meta.url))
const END = '<!-- end -->'

const rows: string[] = []

/** Keeps a row of the table of docs/ssh2-compat.md: a point of the contract, and how the two packages behave. */
export function record(point: string, outcome: 'equal' | 'better', npm: readonly string[], ours: readonly string[]): void {
  const cell = (lines: readonly string[]) => lines.map((line) => line.replaceAll('|', '\\|').slice(0, 160)).join('<br>')
  rows.push(`| ${point} | ${outcome === 'equal' ? 'equal' : '**better**'} | ${cell(npm)} | ${outcome === 'equal' ? '' : cell(ours)} |`)
}

/** Writes this file's part of the table when all its tests have run, if SSH2_TABLE says so. @param part what its heading says */
export function writeTable(part: string): void {
  afterAll(() => {
    if (process.env['SSH2_TABLE'] !== 'write') return
    const text = readFileSync(DOCUMENT, 'utf8')
    const begin = `<!-- transcripts: ${part} -->`
    const table = ['', '| point | outcome | npm ssh2 | ours, where it differs |', '|---|---|---|---|', ...rows, ''].join('\n')
    const start = text.indexOf(begin) + begin.length
    if (start < begin.length) throw new Error(`docs/ssh2-compat.md has no line ${begin}`)
    writeFileSync(DOCUMENT, text.slice(0, start) + table + text.slice(text.indexOf(END, start)))
  })
}
