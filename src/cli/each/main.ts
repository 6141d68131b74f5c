import type { RunResult } from '../../client/run.ts'
import { hosts } from '../../openssh/hosts/hosts.ts'
import type { HostResult } from '../../openssh/hosts/pool.ts'
import { getopt } from '../getopt.ts'
import { describe } from '../report.ts'
import { configOptions } from '../ssh/arguments.ts'
import { Terminal } from '../terminal/terminal.ts'
import { visible, visibleJson } from '../terminal/visible.ts'
import { UsageError } from '../usage-error.ts'
import { expandHosts } from './host-range.ts'

const LETTERS = '46AaCc:F:i:J:l:m:o:p:qv'

interface EachArguments {
  readonly names: readonly string[]
  readonly command: string
  readonly limit: number
  readonly retries: number
  readonly timeout: number | undefined
  readonly json: boolean
  readonly given: ReturnType<typeof getopt>['options']
}

/** `each hosts … -- command`: runs a command on many hosts. @returns 0 if it exited with 0 on all of them, otherwise 1 */
export async function each(words: readonly string[]): Promise<number> {
  const { names, command, limit, retries, timeout, json, given } = parse(words)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort(new UsageError('stopped')))
  const terminal = new Terminal()
  const quiet = given.some(([letter]) => letter === 'q')
  // Nobody can answer for many hosts at once.
  const options = { config: given.findLast(([letter]) => letter === 'F')?.[1], options: [...configOptions(given), ['BatchMode', 'yes'] as const], limit, retries, timeout, signal: stop.signal, ...given.some(([letter]) => letter === 'v') && { person: terminal } }
  let done = 0, failed = 0
  for await (const result of hosts(names, options).run(command)) {
    done++
    if (!isFine(result)) failed++
    process.stdout.write(json ? `${visibleJson(record(result))}\n` : shown(result))
    if (!quiet && process.stderr.isTTY) process.stderr.write(`\r${done} of ${names.length} hosts, ${failed} failed${done === names.length ? '\n' : ''}`)
  }
  if (!quiet && !json && failed > 0) process.stderr.write(`${failed} of ${names.length} hosts failed\n`)
  return failed > 0 ? 1 : 0
}

/** Options of this verb have long names, those of ssh one letter. They come before the hosts. */
function parse(words: readonly string[]): EachArguments {
  const own = new Map<string, string>()
  const others: string[] = []
  const end = words.indexOf('--')
  const before = end < 0 ? words : words.slice(0, end)
  for (let i = 0; i < before.length; i++) {
    const [, name, inline] = /^--(limit|retries|timeout|json)(?:=(.*))?$/.exec(before[i]!) ?? []
    if (name === undefined) others.push(before[i]!)
    else own.set(name, name === 'json' ? 'yes' : inline ?? before[++i] ?? '')
  }
  const { options: given, rest } = getopt(others, LETTERS)
  const command = end < 0 ? '' : words.slice(end + 1).join(' ')
  if (rest.length === 0 || command === '') throw new UsageError('each needs hosts, and a command after --')
  return {
    names: rest.flatMap(expanded), command, given, json: own.has('json'),
    limit: whole(own, 'limit', 10, 1), retries: whole(own, 'retries', 0, 0), timeout: own.has('timeout') ? whole(own, 'timeout', 0, 1) * 1000 : undefined,
  }
}

function expanded(word: string): string[] {
  try {
    return expandHosts(word)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function whole(own: ReadonlyMap<string, string>, name: string, fallback: number, least: number): number {
  const text = own.get(name)
  if (text === undefined) return fallback
  if (!/^\d{1,7}$/.test(text) || Number(text) < least) throw new UsageError(`--${name} takes a number of at least ${least}`)
  return Number(text)
}

function isFine(result: HostResult<RunResult>): boolean {
  return result.ok && result.value.exit.code === 0
}

function record(result: HostResult<RunResult>) {
  const { host, milliseconds } = result
  return result.ok ? { host, ok: isFine(result), exit: result.value.exit, stdout: result.value.stdout, stderr: result.value.stderr, milliseconds } : { host, ok: false, error: describe(result.error), milliseconds }
}

/** The lines of each host, prefixed with its name. */
function shown(result: HostResult<RunResult>): string {
  const lines = (text: string) => text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const { host } = result
  const all = result.ok
    ? [...lines(result.value.stdout), ...lines(result.value.stderr).map((line) => `(stderr) ${line}`), ...isFine(result) ? [] : [`(exit ${result.value.exit.code ?? 'by a signal'})`]]
    : [`(failed) ${describe(result.error)}`]
  return all.map((line) => `${host}: ${visible(line)}\n`).join('')
}
