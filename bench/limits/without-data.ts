/**
 * Transfers by their parts: what a process takes without data, which is its start, the connection, and a command or a file with one byte, and what the data takes beside that. The limits
 * here add what the data could cost at best to what a process of this library takes without data.
 */
import { digits } from '../report/table.ts'
import { median } from '../results.ts'
import type { Sample } from '../types.ts'
import type { Limit, Run } from './section.ts'
import { alternate, type Contest, type Row, rowsOf, wanted, withoutData } from './transfers.ts'

/** Short runs: more of them. */
export const PROCESSES = 12

/** The same processes without data. @param contenders those of the transfer */
export const startsOf = (run: Run, { workload, contenders }: Pick<Contest, 'workload' | 'contenders'>) => alternate({ ...run, rounds: PROCESSES }, { workload, contenders, bytes: withoutData(workload) })

/** CPU seconds. */
interface Parts {
  readonly client: number
  readonly server: number
}

/** `NaN` without samples. */
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const numbers = ({ samples }: Row, figure: (sample: Sample) => number | undefined) => samples.map((sample) => figure(sample) ?? NaN)

const clients = (row: Row) => numbers(row, ({ cpu }) => cpu)
const servers = (row: Row) => numbers(row, (sample) => sample.server)
/** The system counts the server's CPU in hundredths of a second, and a median of short runs would be as coarse. */
const startServer = (row: Row) => mean(servers(row))
const seconds = (row: Row) => median(numbers(row, (sample) => median(sample.seconds)))
const least = (row: Row) => Math.min(...clients(row))

const ofData = (row: Row, start: Row): Parts => ({ client: median(clients(row)) - median(clients(start)), server: median(servers(row)) - startServer(start) })

const finite = (ratio: number) => (Number.isFinite(ratio) ? ratio : undefined)

/** A transfer of this library and that of another client, each with data and without. */
export interface Compared {
  readonly rows: readonly Row[]
  readonly starts: readonly Row[]
  /** Peers. */
  readonly ours: string
  readonly theirs: string
  /** The process without SSH. */
  readonly floor: string
  /** The transfer begins with the opening of the file, which takes time before any data. Channels open while others have data. */
  readonly opening?: boolean
}

const WITHOUT_DATA = 'a process without data took what it takes here'

/** @param data what it could cost the client at best, in CPU seconds. @param supposed why */
function cpuLimit({ rows, starts, ours, theirs }: Compared, data: number, supposed: string): Limit {
  const [[there], [here]] = [rowsOf(rows, theirs), rowsOf(starts, ours)]
  return {
    target: wanted(there.workload, ours, theirs, true), cells: rows, ratio: finite((least(here) + data) / least(there)), if: `${supposed}; ${WITHOUT_DATA}`,
  }
}

const leastOfData = ({ rows, starts }: Compared, peer: string) => least(rowsOf(rows, peer)[0]) - least(rowsOf(starts, peer)[0])
const partsOfData = ({ rows, starts }: Compared, peer: string) => ofData(rowsOf(rows, peer)[0], rowsOf(starts, peer)[0])

const gigabytes = ({ rows }: Compared) => rows[0]!.bytes / 1e9
const BUT_CIPHERS = 'the data cost the client what it costs npm ssh2, but for Node\'s API of ciphers'

/** By CPU. @param more what Node's API of ciphers costs this library more, CPU seconds per gigabyte */
export const cpuInTheirPlace = (compared: Compared, more: number) => cpuLimit(compared, leastOfData(compared, compared.theirs) + more * gigabytes(compared), BUT_CIPHERS)

/** By CPU. @param way what the process without SSH has */
export const cpuWithoutSsh = (compared: Compared, way: string) => cpuLimit(compared, leastOfData(compared, compared.floor), `the data cost the client no more than ${way}`)

/**
 * Client and server share the processors, so what the data costs both decides how long it takes: as long as with the other client, if it cost as much, and the processors were used as much.
 * @param client what the data costs this client, CPU seconds. @param shortest seconds that the data takes at least
 */
function rateLimit(compared: Compared, client: number, supposed: string, shortest = 0): Limit {
  const { rows, starts, ours, theirs, opening = false } = compared
  const [mine, other] = [partsOfData(compared, ours), partsOfData(compared, theirs)]
  const [here, there] = rowsOf(starts, ours, theirs).map((row) => (opening ? seconds(row) : 0)) as [number, number]
  const all = seconds(rowsOf(rows, theirs)[0])
  const taken = Math.max(shortest, (all - there) * (client + mine.server) / (other.client + other.server))
  return {
    target: wanted(rows[0]!.workload, ours, theirs, false), cells: rows, ratio: finite(all / (here + taken)),
    if: `${supposed}; ${opening ? 'opening and closing the file took what it takes here' : 'nothing else took time'}, the data cost the server what it costs it with this library, and used the processors as much as with the other client`,
  }
}

/** By rate. @param more as above */
export const inTheirPlace = (compared: Compared, more: number) => rateLimit(compared, partsOfData(compared, compared.theirs).client + more * gigabytes(compared), BUT_CIPHERS)

/** By rate. The process without SSH also sets a limit by itself: no client moves the data faster. @param way as above */
export function withoutSsh(compared: Compared, way: string): Limit {
  const [[all], [start]] = [compared.rows, compared.starts].map((rows) => rowsOf(rows, compared.floor)) as [[Row], [Row]]
  return rateLimit(compared, partsOfData(compared, compared.floor).client, `the data cost the client no more than ${way}`, seconds(all) - seconds(start))
}

/** @param opening as above: with the time of it */
export function startTable(starts: readonly Row[], opening = false): string {
  const last = (row: Row) => (opening ? ` ${digits(seconds(row) * 1000)} |` : '')
  return [
    `| | client CPU s, least | median | server CPU s, mean |${opening ? ' ms of the transfer |' : ''}`, `|---|--:|--:|--:|${opening ? '--:|' : ''}`,
    ...starts.map((row) => {
      if (row.samples.length === 0) return `| ${row.title} | ${row.error ?? 'not run'} | | |${opening ? ' |' : ''}`
      return `| ${row.title} | ${digits(least(row))} | ${digits(median(clients(row)))} | ${digits(startServer(row))} |${last(row)}`
    }), '',
  ].join('\n')
}
