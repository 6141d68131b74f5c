/** A bar chart as SVG: how many times faster this library is than each peer. */
import type { Peer } from '../peers/peer.ts'
import { type Cell, ratio, value } from '../results.ts'
import { workloads } from '../workloads/all.ts'
import { digits } from './table.ts'

const WIDTH = 960
const LABEL = 340
const BAR = 14
const GAP = 5
/** The axis is logarithmic: twice as fast is as far to the right as half as fast is to the left. */
const SPAN = 8

const COLOURS: Readonly<Record<string, string>> = {
  'ssh2-addon': '#4477aa', ssh2: '#66ccee', 'dev-tunnels': '#aa3377', openssh: '#228833', 'libssh2-mbedtls': '#ccbb44', 'libssh2-openssl': '#999999',
}

const escape = (text: string) => text.replace(/[&<>]/g, (char) => `&#${char.charCodeAt(0)};`)

export function chart(cells: readonly Cell[], peers: readonly Peer[]): string {
  const shapes: string[] = []
  const middle = LABEL + (WIDTH - LABEL - 60) / 2
  const unit = (WIDTH - LABEL - 60) / 2 / Math.log2(SPAN)
  let y = 40
  for (const workload of workloads) {
    const group = cells.filter((cell) => cell.workload === workload.name && cell.link === 'loopback' && cell.variant === 'best')
    const ours = value(workload, group.find(({ peer }) => peer === 'ours'))
    const bars = group.filter(({ peer }) => peer in COLOURS).flatMap((cell) => {
      const theirs = value(workload, cell)
      return ours === undefined || theirs === undefined ? [] : [{ peer: cell.peer, times: ratio(workload, ours, theirs) }]
    })
    if (bars.length === 0) continue
    shapes.push(`<text x="${LABEL - 10}" y="${y + bars.length * (BAR + GAP) / 2 + 4}" text-anchor="end">${escape(workload.title)}</text>`)
    for (const { peer, times } of bars) {
      const length = Math.log2(Math.min(SPAN, Math.max(1 / SPAN, times))) * unit
      const end = middle + length
      shapes.push(`<rect x="${Math.min(middle, end).toFixed(1)}" y="${y}" width="${Math.abs(length).toFixed(1)}" height="${BAR}" fill="${COLOURS[peer]}"/>`)
      shapes.push(`<text x="${(end + (length < 0 ? -4 : 4)).toFixed(1)}" y="${y + BAR - 3}" font-size="11" text-anchor="${length < 0 ? 'end' : 'start'}">${digits(times)}</text>`)
      y += BAR + GAP
    }
    y += 12
  }
  const legend = Object.entries(COLOURS).map(([name, colour], i) => {
    const [x, top] = [20 + i % 3 * 310, y + 14 + Math.floor(i / 3) * 20]
    return `<rect x="${x}" y="${top - 10}" width="12" height="12" fill="${colour}"/><text x="${x + 18}" y="${top}" font-size="12">${escape(peers.find((peer) => peer.name === name)?.title ?? name)}</text>`
  })
  const height = y + 50
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="${middle}" y="20" text-anchor="middle" font-weight="bold">libssh2-wasm: times faster than each (right of the line: faster)</text>`,
    `<line x1="${middle}" y1="30" x2="${middle}" y2="${y - 8}" stroke="black"/>`,
    ...shapes, ...legend, '</svg>', '',
  ].join('\n')
}
