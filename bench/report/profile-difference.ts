/** Two sets of V8 profiles of the same work, one before and one after a change: where the time of the main thread differs. */
import { type OwnTime, ownTimes } from './profile.ts'

const FUNCTIONS = 16

/** What a function belongs to: names of files differ between the trees, and numbers of WebAssembly's functions too. */
function partOf({ name, where }: OwnTime): string {
  if (where === 'libssh2.wasm') return 'WebAssembly'
  if (name === '(garbage collector)') return 'garbage collector'
  if (/compile|wrapSafe/i.test(name)) return 'compiling JavaScript'
  if (where.startsWith('node:')) return 'Node, in JavaScript'
  return where === 'V8, Node' ? 'V8 and Node' : 'this library, in JavaScript'
}

function sums(files: readonly string[], keyOf: (own: OwnTime) => string): Map<string, number> {
  const found = new Map<string, number>()
  for (const own of files.flatMap(ownTimes)) found.set(keyOf(own), (found.get(keyOf(own)) ?? 0) + own.time / 1000 / files.length)
  return found
}

function table(title: string, rows: readonly (readonly [name: string, before: number, after: number])[]): string {
  return [`| ${title} | before | after |`, '|---|--:|--:|', ...rows.map(([name, before, after]) => `| ${name} | ${before.toFixed(1)} | ${after.toFixed(1)} |`), ''].join('\n')
}

/** Milliseconds a run by part, and the functions of this library that differ most, as Markdown. */
export function profileDifference(before: readonly string[], after: readonly string[]): string {
  const both = (keyOf: (own: OwnTime) => string) => {
    const [old, now] = [sums(before, keyOf), sums(after, keyOf)]
    return [...new Set([...old.keys(), ...now.keys()])].map((key) => [key, old.get(key) ?? 0, now.get(key) ?? 0] as const)
  }
  const parts = both(partOf).sort((a, b) => b[2] - a[2])
  const whole = (at: 1 | 2) => parts.reduce((sum, part) => sum + part[at], 0)
  const functions = both((own) => partOf(own) === 'this library, in JavaScript' ? own.name : '').filter(([name]) => name !== '')
    .sort((a, b) => Math.abs(b[2] - b[1]) - Math.abs(a[2] - a[1])).slice(0, FUNCTIONS).map(([name, old, now]) => [`\`${name}\``, old, now] as const)
  return `${table('main thread, ms', [...parts, ['**all**', whole(1), whole(2)]])}\n${table('functions of this library that differ most, ms', functions)}`
}
