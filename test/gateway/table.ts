/// The rows of the table of docs/gateway.md, from any test file: with GATEWAY=full they are collected in build/gateway-rows/, which scripts/gateway-table.mjs reads.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Whether this run is `npm run test:gateway`, with the sizes that the table has; `npm test` runs small ones. */
export const FULL = process.env['GATEWAY'] === 'full'
const folder = fileURLToPath(new URL('../../build/gateway-rows/', import.meta.url))

/** @param what the row's name; a row of the same name is replaced */
export function row(what: string, how: string, wanted: string, measured: string): void {
  console.log(`${what}: ${measured}`)
  if (!FULL) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}${what.replace(/[^\w.-]+/g, '-')}.json`, JSON.stringify({ what, how, wanted, measured }))
}
