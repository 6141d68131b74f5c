import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Inputs of one fuzz target, packed: one of them a line, in base64; what follows a blank says what it was about. */
export function readCorpus(file: string): Uint8Array[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'latin1').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => Uint8Array.from(Buffer.from(line.split(' ')[0]!, 'base64')))
}

export function writeCorpus(file: string, inputs: readonly Uint8Array[]): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, inputs.map((input) => `${Buffer.from(input).toString('base64')}\n`).sort().join(''))
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What reaches every branch that was ever reached. */
export const corpusFile = (target: string): string => here(`corpus/${target}.txt`)

/** What once failed. */
export const regressionFile = (target: string): string => here(`regressions/${target}.txt`)
