/** The project's performance targets, as ratios: looked up in the results of a run. */
import { type Cell, median, ratio, value } from '../results.ts'
import { workloads } from '../workloads/all.ts'
import { digits } from './table.ts'

export interface Target {
  readonly text: string
  readonly workload: string
  readonly ours: string
  readonly theirs: string
  /** The least ratio of the workload's own figure: above 1, ours is better. */
  readonly least?: number
  /** The most CPU time of the client's processes, as a multiple of theirs. */
  readonly mostCpu?: number
  readonly link?: string
  /** The variant of the run, `best` by default. */
  readonly variant?: string
}

const addon = 'npm ssh2 with its addon'
const execDownload = { workload: 'exec-download', theirs: 'ssh2-addon' }
const execUpload = { workload: 'exec-upload', theirs: 'ssh2-addon' }

export const targets: readonly Target[] = [
  { ...execDownload, text: `exec download against ${addon}`, ours: 'ours', least: 1 },
  { ...execDownload, text: `exec download against ${addon}`, ours: 'ours', mostCpu: 1.3 },
  { ...execDownload, text: `exec download, ours with Node 22, against ${addon}`, ours: 'ours-node22', mostCpu: 1.15 },
  { ...execDownload, text: `exec download, ours with Node 24, against ${addon}`, ours: 'ours-node24', mostCpu: 1.15 },
  { ...execUpload, text: `exec upload against ${addon}`, ours: 'ours', least: 1 },
  { ...execUpload, text: `exec upload against ${addon}`, ours: 'ours', mostCpu: 1.25 },
  { text: `32 channels in one session against ${addon}`, workload: 'channels', ours: 'ours', theirs: 'ssh2-addon', least: 0.9 },
  { text: `32 channels in one session against ${addon}`, workload: 'channels', ours: 'ours', theirs: 'ssh2-addon', mostCpu: 1.5 },
  { text: 'SFTP get against npm ssh2 fastGet', workload: 'sftp-get', ours: 'ours', theirs: 'ssh2-addon', least: 5 },
  { text: 'SFTP put against npm ssh2 fastPut', workload: 'sftp-put', ours: 'ours', theirs: 'ssh2-addon', least: 1.1 },
  { text: 'SFTP get against OpenSSH sftp', workload: 'sftp-get', ours: 'ours', theirs: 'openssh', least: 0.9 },
  { text: 'SFTP put against OpenSSH sftp', workload: 'sftp-put', ours: 'ours', theirs: 'openssh', least: 0.85 },
  { text: '1,000 files of 10 kB, SFTP get, against npm ssh2', workload: 'sftp-get-many', ours: 'ours', theirs: 'ssh2-addon', least: 1.5 },
  { text: '1,000 files of 10 kB, SFTP put, against npm ssh2', workload: 'sftp-put-many', ours: 'ours', theirs: 'ssh2-addon', least: 1.1 },
  { text: 'exec download in WebAssembly only against upstream\'s libssh2 with OpenSSL', workload: 'exec-download', ours: 'ours-wasm', theirs: 'libssh2-openssl', least: 2 },
  { text: 'exec download in WebAssembly only against the native build of the same C, chacha20-poly1305', workload: 'exec-download', ours: 'ours-wasm', theirs: 'libssh2-mbedtls', least: 0.75, variant: 'chacha20-poly1305@openssh.com' },
  { text: 'exec download in Chromium through the gateway against dev-tunnels-ssh', workload: 'exec-download', ours: 'ours', theirs: 'dev-tunnels', least: 1.2, link: 'browser' },
  { text: 'exec download in Chromium through the gateway against dev-tunnels-ssh', workload: 'exec-download', ours: 'ours', theirs: 'dev-tunnels', mostCpu: 0.8, link: 'browser' },
  { text: 'SFTP get at 100 ms against OpenSSH sftp', workload: 'sftp-get', ours: 'ours', theirs: 'openssh', least: 1, link: '100ms' },
  { text: 'connect to first output against npm ssh2', workload: 'first-output', ours: 'ours', theirs: 'ssh2-addon', least: 1.5 },
]

/** The most time from key press to echo beyond that of the link itself, in milliseconds (median). */
const MOST_ADDED = 1

export interface Verdict {
  readonly text: string
  readonly wanted: string
  readonly found: string
  readonly holds: boolean | undefined
}

function find(cells: readonly Cell[], { workload, link = 'loopback', variant = 'best' }: Pick<Target, 'workload' | 'link' | 'variant'>, peer: string): Cell | undefined {
  return cells.find((cell) => cell.workload === workload && cell.link === link && cell.variant === variant && cell.peer === peer)
}

export function verdicts(cells: readonly Cell[]): Verdict[] {
  return [...targets.map((target) => verdict(target, cells)), echoVerdict(cells)]
}

export function verdict(target: Target, cells: readonly Cell[]): Verdict {
  const pair = [target.ours, target.theirs].map((peer) => find(cells, target, peer))
  return target.mostCpu === undefined ? speedVerdict(target, target.least ?? 1, pair) : cpuVerdict(target, target.mostCpu, pair)
}

function speedVerdict({ text, workload: name }: Target, least: number, pair: readonly (Cell | undefined)[]): Verdict {
  const workload = workloads.find((one) => one.name === name)!
  const [ours, theirs] = pair.map((cell) => value(workload, cell))
  const found = ours === undefined || theirs === undefined ? undefined : ratio(workload, ours, theirs)
  return ofRatio(text, `at least ${least} x`, found, found !== undefined && found >= least)
}

function cpuVerdict({ text }: Target, most: number, pair: readonly (Cell | undefined)[]): Verdict {
  const [ours, theirs] = pair.map((cell) => (cell && cell.samples.length > 0 ? median(cell.samples.map(({ cpu }) => cpu)) : undefined))
  const found = ours === undefined || theirs === undefined ? undefined : ours / theirs
  return ofRatio(`${text}: CPU`, `at most ${most} x`, found, found !== undefined && found <= most)
}

function ofRatio(text: string, wanted: string, found: number | undefined, holds: boolean): Verdict {
  return { text, wanted, found: found === undefined ? 'not measured' : `${digits(found)} x`, holds: found === undefined ? undefined : holds }
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
