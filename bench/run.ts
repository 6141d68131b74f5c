/** The benchmark: see README.md beside this. Started by bench.sh, which prepares everything. */
import { measure, amount, type Choice } from './measure.ts'
import { readOptions } from './options.ts'
import { nodePeers } from './peers/node.ts'
import { nativePeers } from './peers/native.ts'
import { openssh } from './peers/openssh.ts'
import type { Peer } from './peers/peer.ts'
import { type Cell, value } from './results.ts'
import { startServer } from './server.ts'
import { table } from './report/table.ts'
import { workloads } from './workloads/all.ts'

const options = readOptions(process.argv.slice(2))
const start = performance.now()
const say = (line: string) => console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s  ${line}`)

const peers = [...nodePeers, openssh, ...nativePeers].filter(({ name }) => options.peers.length === 0 || options.peers.includes(name))
const selected = workloads.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
const cells: Cell[] = []

await using server = await startServer(512 * 2 ** 20 * options.scale)
const loopback = { name: 'loopback', target: server.target, enter: [] }

/** What a peer is fastest with, as the rounds with each cipher have shown. */
function best(peer: Peer, workload: string): string | undefined {
  if (options.cipher !== undefined) return options.cipher
  const tried = cells.filter((cell) => cell.peer === peer.name && cell.variant !== 'best' && cell.workload === (workload === 'exec-upload' ? workload : 'exec-download'))
  const ranked = tried.map((cell) => ({ cipher: cell.cipher, speed: value({ unit: 'MB/s' }, cell) ?? 0 })).sort((a, b) => b.speed - a.speed)
  return ranked[0]?.cipher
}

async function eachCipher(name: 'exec-download' | 'exec-upload'): Promise<void> {
  const workload = workloads.find((each) => each.name === name)!
  for (const cipher of new Set(peers.flatMap(({ ciphers }) => ciphers))) {
    const choices = peers.filter((peer) => peer.can(name) && !peer.missing?.() && peer.ciphers.includes(cipher)).map((peer) => ({ peer, cipher }))
    const round = { workload, link: loopback, variant: cipher, bytes: amount(256 << 20, options.scale), count: 1, rounds: options.rounds }
    cells.push(...await measure(server, round, choices, say))
  }
}

if (options.cipher === undefined && selected.some(({ name }) => name !== 'exec-upload')) await eachCipher('exec-download')
if (options.cipher === undefined && selected.some(({ name }) => name === 'exec-upload')) await eachCipher('exec-upload')

for (const workload of selected) {
  const choices: Choice[] = peers.filter((peer) => peer.can(workload.name) && !peer.missing?.()).map((peer) => ({ peer, cipher: best(peer, workload.name) }))
  const count = workload.unit === 'files/s' ? Math.max(10, Math.round(workload.count! * options.scale)) : workload.count ?? 1
  const round = { workload, link: loopback, variant: 'best', bytes: amount(workload.bytes ?? 0, options.scale), count, rounds: options.rounds }
  cells.push(...await measure(server, round, choices, say))
}
console.log(table(cells, peers))
