import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Choice, Shared } from './choices.ts'

/** What a run found out about one server. */
export interface TableRow {
  readonly server: string
  /** The server's identification string. */
  readonly banner: string
  readonly byDefault: Choice
  readonly shared: Shared
  /** Which combinations were tried. */
  readonly how: 'each' | 'pairs' | 'all'
  readonly tried: number
  readonly failed: number
}

/** What is agreed upon with one server by default. */
export interface PostQuantumRow {
  readonly server: string
  readonly banner: string
  /** The key exchanges of its list that a quantum computer does not break. */
  readonly hybrids: readonly string[]
  readonly kex: string
  readonly postQuantum: boolean
}

const folder = fileURLToPath(new URL('../../build/interop/', import.meta.url))

/** For scripts/interop-table.mjs. */
export const writeRows = (rows: readonly TableRow[]): void => write('algorithms', rows)

/** For scripts/post-quantum-table.mjs. */
export const writePostQuantumRows = (rows: readonly PostQuantumRow[]): void => write('post-quantum', rows)

function write(name: string, rows: readonly unknown[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}${name}.json`, JSON.stringify(rows, undefined, 1))
}
