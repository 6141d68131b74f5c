/** The project's performance targets, as ratios: looked up in the results of a run. */
import { type Cell, median, ratio, value } from '../results.ts'
import { workloads } from '../workloads/all.ts'
import { digits } from './table.ts'

export interface Target {
  readonly text: string
  readonly least: number
  readonly workload: string
  readonly ours: string
  readonly theirs: string
  readonly link?: string
  /** The variant of the run, `best` by default. */
  readonly variant?: string
}

const exec = (text: string, theirs: string, least: number): Target[] => ['exec-download', 'exec-upload'].map((workload) =>
  ({ text: `${workload.replace('-', ' ')}, Node, best cipher of each, against ${text}`, least, workload, ours: 'ours', theirs }))

export const targets: readonly Target[] = [
  ...exec('npm ssh2 with its addon', 'ssh2-addon', 1.2),
  ...exec('npm ssh2 without a compiler', 'ssh2', 1.5),
  { text: 'SFTP get against npm ssh2 fastGet', least: 2.5, workload: 'sftp-get', ours: 'ours', theirs: 'ssh2-addon' },
  { text: 'SFTP put against npm ssh2 fastPut', least: 1.2, workload: 'sftp-put', ours: 'ours', theirs: 'ssh2-addon' },
  { text: 'SFTP get against OpenSSH sftp', least: 1, workload: 'sftp-get', ours: 'ours', theirs: 'openssh' },
  { text: 'SFTP put against OpenSSH sftp', least: 1, workload: 'sftp-put', ours: 'ours', theirs: 'openssh' },
  { text: '1,000 files of 10 kB, SFTP get, against npm ssh2', least: 1.5, workload: 'sftp-get-many', ours: 'ours', theirs: 'ssh2-addon' },
  { text: '1,000 files of 10 kB, SFTP put, against npm ssh2', least: 1.5, workload: 'sftp-put-many', ours: 'ours', theirs: 'ssh2-addon' },
  ...['chacha20-poly1305@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr'].map((variant) =>
    ({ text: `exec download in WebAssembly only against native libssh2 with mbedTLS, ${variant.replace('@openssh.com', '')}`, least: 0.9, workload: 'exec-download', ours: 'ours-wasm', theirs: 'libssh2-mbedtls', variant })),
  { text: 'exec download in Chromium through the gateway against dev-tunnels-ssh', least: 3, workload: 'exec-download', ours: 'ours', theirs: 'dev-tunnels', link: 'browser' },
  { text: 'SFTP get at 100 ms against OpenSSH sftp', least: 1, workload: 'sftp-get', ours: 'ours', theirs: 'openssh', link: '100ms' },
  { text: 'connect to first output against npm ssh2', least: 1, workload: 'first-output', ours: 'ours', theirs: 'ssh2-addon' },
]

/** The most time from key press to echo beyond that of the link itself, in milliseconds (median). */
const MOST_ADDED = 1

interface Verdict {
  readonly text: string
  readonly wanted: string
  readonly found: string
  readonly holds: boolean | undefined
}

function find(cells: readonly Cell[], { workload, link = 'loopback', variant = 'best' }: Pick<Target, 'workload' | 'link' | 'variant'>, peer: string): Cell | undefined {
  return cells.find((cell) => cell.workload === workload && cell.link === link && cell.variant === variant && cell.peer === peer)
}

export function verdicts(cells: readonly Cell[]): Verdict[] {
  const ratios = targets.map((target): Verdict => {
    const workload = workloads.find(({ name }) => name === target.workload)!
    const [ours, theirs] = [target.ours, target.theirs].map((peer) => value(workload, find(cells, target, peer)))
    const found = ours === undefined || theirs === undefined ? undefined : ratio(workload, ours, theirs)
    return { text: target.text, wanted: `${target.least} x`, found: found === undefined ? 'not measured' : `${digits(found)} x`, holds: found === undefined ? undefined : found >= target.least }
  })
  return [...ratios, echoVerdict(cells)]
}

function echoVerdict(cells: readonly Cell[]): Verdict {
  const times = ['ours', 'link'].map((peer) => find(cells, { workload: 'echo' }, peer)?.samples.map(({ seconds }) => median(seconds) * 1000) ?? [])
  const [ours, link] = times.map((list) => (list.length > 0 ? median(list) : undefined))
  const added = ours === undefined || link === undefined ? undefined : ours - link
  return {
    text: 'key press to echo, added to the link', wanted: `under ${MOST_ADDED} ms`,
    found: added === undefined ? 'not measured' : `${digits(added)} ms`, holds: added === undefined ? undefined : added < MOST_ADDED,
  }
}

export function targetTable(cells: readonly Cell[]): string {
  const rows = verdicts(cells).map(({ text, wanted, found, holds }) => `| ${text} | ${wanted} | ${found} | ${holds === undefined ? '' : holds ? 'yes' : '**no**'} |`)
  return ['| | wanted | measured | reached |', '|---|---|---|---|', ...rows, ''].join('\n')
}
