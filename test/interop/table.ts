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

const folder = fileURLToPath(new URL('../../build/interop/', import.meta.url))

/** For scripts/interop-table.mjs. */
export function writeRows(rows: readonly TableRow[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}algorithms.json`, JSON.stringify(rows, undefined, 1))
}
