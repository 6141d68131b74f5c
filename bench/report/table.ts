/** Tables of the results, ratios first. */
import { linkKinds } from '../links/link.ts'
import type { Peer } from '../peers/peer.ts'
import { type Cell, median, ratio, value } from '../results.ts'
import { workloads } from '../workloads/all.ts'

const OURS = 'ours'

/** Three significant digits, without an exponent. */
export function digits(number: number): string {
  return Number(number.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 3, useGrouping: false })
}

/** One table for each workload, link and variant. */
export function table(cells: readonly Cell[], peers: readonly Peer[]): string {
  return [...grouped(cells).values()].map((group) => section(group, peers)).join('\n')
}

const keyOf = ({ workload, link, variant }: Cell) => `${workload} ${link} ${variant}`

function grouped(cells: readonly Cell[]): Map<string, Cell[]> {
  const groups = new Map<string, Cell[]>()
  for (const cell of cells) groups.set(keyOf(cell), [...groups.get(keyOf(cell)) ?? [], cell])
  return groups
}

function section(cells: readonly Cell[], peers: readonly Peer[]): string {
  const { workload: name, link, variant, bytes, count } = cells[0]!
  const workload = workloads.find((each) => each.name === name)!
  const ours = value(workload, cells.find(({ peer }) => peer === OURS))
  const transfer = workload.unit === 'MB/s'
  const rows = cells.map((cell) => {
    const title = peers.find((peer) => peer.name === cell.peer)?.title ?? cell.peer
    const theirs = value(workload, cell)
    if (theirs === undefined) return `| ${title} | | ${cell.error ?? 'not run'} |${transfer ? ' | |' : ''} | | ${cell.cipher ?? ''} |`
    const times = ours === undefined ? '' : cell.peer === OURS ? '1' : digits(ratio(workload, ours, theirs))
    return `| ${title} | ${times} | ${digits(theirs)} | ${digits(median(cell.samples.map(({ cpu }) => cpu)))} | ${transfer ? perGigabyte(cell) : ''}${digits(median(cell.samples.map(({ memory }) => memory)) / 1e6)} | ${short(cell.samples[0]!.cipher ?? cell.cipher)} |`
  })
  return [
    `### ${workload.title}${link === 'loopback' ? '' : `, ${linkKinds[link]?.title ?? link}`}: ${variant === 'best' ? 'best cipher of each' : short(variant)}`, '',
    `${workload.unit === 'MB/s' ? `${Math.round(bytes / 1e6)} MB` : `${count} ${workload.of ?? 'times'}`}, ${Math.max(...cells.map(({ samples }) => samples.length))} rounds`,
    '',
    `| | ours / theirs | ${workload.unit} | CPU s | ${transfer ? 'CPU s/GB | server CPU s/GB | ' : ''}memory MB | cipher |`,
    `|---|---|---|---|${transfer ? '---|---|' : ''}---|---|`,
    ...rows,
    '',
  ].join('\n')
}

/** Two columns: the client process, including its start, and the server with the processes it started. */
function perGigabyte({ samples, bytes }: Cell): string {
  const server = samples.flatMap(({ server }) => server ?? [])
  return [samples.map(({ cpu }) => cpu), server].map((seconds) => `${seconds.length === 0 ? '' : digits(median(seconds) / (bytes / 1e9))} | `).join('')
}

const short = (cipher: string | undefined) => cipher?.replace('@openssh.com', '') ?? ''
