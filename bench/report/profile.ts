/** A V8 profile as a table. */
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

interface CpuProfile {
  readonly nodes: readonly { readonly id: number, readonly callFrame: { readonly functionName: string, readonly url: string } }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const ROWS = 14
/** Names of the module's functions, one per line: the linker writes them beside the module, which has none itself. */
const SYMBOLS = 'build/obj/release/linked/libssh2.wasm.symbols'
const symbols = new Map(existsSync(SYMBOLS) ? readFileSync(SYMBOLS, 'utf8').split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]) : [])
const IDLE = ['(idle)', '(root)']

/** A function, and the microseconds of its own. */
export interface OwnTime {
  readonly name: string
  readonly where: string
  readonly time: number
}

/** Each sample of a profile in which the main thread was not idle. */
export function ownTimes(file: string): OwnTime[] {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile
  const names = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, { name: named(functionName), where: place(url) }]))
  return samples.map((id, at) => ({ ...names.get(id)!, time: timeDeltas[at] ?? 0 })).filter(({ name }) => !IDLE.includes(name))
}

/** The functions with the most time of their own, as a Markdown table. */
export function profileTable(file: string): string {
  const spent = new Map<string, number>()
  let total = 0
  for (const { name, where, time } of ownTimes(file)) {
    total += time
    const row = `\`${name}\` | ${where}`
    spent.set(row, (spent.get(row) ?? 0) + time)
  }
  const rows = [...spent].sort(([, a], [, b]) => b - a).slice(0, ROWS)
  return ['| share | function | of |', '|--:|---|---|', ...rows.map(([row, time]) => `| ${(100 * time / total).toFixed(1)} % | ${row} |`), ''].join('\n')
}

function named(name: string): string {
  const number = /^wasm-function\[(\d+)\]$/.exec(name)?.[1]
  return number === undefined ? name || '(anonymous)' : symbols.get(number) ?? name
}

function place(url: string): string {
  if (url === '') return 'V8, Node'
  if (url.startsWith('wasm:')) return 'libssh2.wasm'
  if (url.startsWith('node:')) return url
  return basename(url).replace(/-[A-Z0-9]{8}\.js$/, '.js')
}
