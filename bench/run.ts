/** The benchmark: see README.md beside this. Started by bench.sh, which prepares everything. */
import { amount, type Choice, measure } from './measure.ts'
import { linkKinds, openLink, type Link } from './links/link.ts'
import { readOptions } from './options.ts'
import { nodePeers } from './peers/node.ts'
import { nativePeers } from './peers/native.ts'
import { openssh } from './peers/openssh.ts'
import type { Peer } from './peers/peer.ts'
import { plan, type Step } from './plan.ts'
import { table } from './report/table.ts'
import { type Cell, value } from './results.ts'
import { startServer } from './server.ts'
import { workloads } from './workloads/all.ts'

const options = readOptions(process.argv.slice(2))
const start = performance.now()
const say = (line: string) => console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s  ${line}`)
const wanted = (list: readonly string[], name: string) => list.length === 0 || list.includes(name)

const peers = [...nodePeers, openssh, ...nativePeers].filter(({ name }) => wanted(options.peers, name))
const steps = plan.filter(({ workload, link }) => wanted(options.only, workload) && wanted(options.links, link))
const cells: Cell[] = []
/** What was not measured, and why. */
const notes: string[] = []
const note = (text: string) => {
  notes.push(text)
  say(text)
}

for (const peer of peers) {
  const reason = peer.missing?.()
  if (reason !== undefined) note(`${peer.title}: ${reason}`)
}

/** What a peer is fastest with, as the rounds with each cipher have shown. */
function best(peer: Peer, workload: string): string | undefined {
  if (options.cipher !== undefined) return options.cipher
  const tried = cells.filter((cell) => cell.peer === peer.name && cell.variant !== 'best' && cell.workload === (workload === 'exec-upload' ? workload : 'exec-download'))
  const ranked = tried.map((cell) => ({ cipher: cell.cipher, speed: value({ unit: 'MB/s' }, cell) ?? 0 })).sort((a, b) => b.speed - a.speed)
  return ranked[0]?.cipher
}

const able = (workload: string, names: readonly string[] = []) =>
  peers.filter((peer) => peer.can(workload) && peer.missing?.() === undefined && wanted(names, peer.name))

async function eachCipher(name: 'exec-download' | 'exec-upload', link: Link): Promise<void> {
  const workload = workloads.find((each) => each.name === name)!
  for (const cipher of new Set(peers.flatMap(({ ciphers }) => ciphers))) {
    const choices = able(name).filter((peer) => peer.ciphers.includes(cipher)).map((peer) => ({ peer, cipher }))
    const round = { workload, link, variant: cipher, bytes: amount(256 << 20, options.scale), count: 1, rounds: options.rounds }
    cells.push(...await measure(server, round, choices, say))
  }
}

async function take({ workload: name, share, rounds = options.rounds, peers: names }: Step, link: Link): Promise<void> {
  const workload = workloads.find((each) => each.name === name)!
  const choices: Choice[] = able(name, names).map((peer) => ({ peer, cipher: best(peer, name) }))
  const { count = 1 } = workload
  const round = {
    workload, link, variant: 'best', rounds: Math.min(rounds, options.rounds),
    bytes: amount(workload.bytes ?? 0, share * options.scale),
    count: name === 'channels' ? count : Math.max(Math.min(count, 5), Math.round(count * share * options.scale)),
  }
  cells.push(...await measure(server, round, choices, say))
}

await using server = await startServer(512 * 2 ** 20 * options.scale)
for (const name of new Set(steps.map(({ link }) => link))) {
  const reason = linkKinds[name]?.missing?.()
  if (reason !== undefined) {
    note(`${name}: ${reason}`)
    continue
  }
  await using link = await openLink(name, server.target)
  const here = steps.filter((step) => step.link === name)
  if (options.cipher === undefined && name === 'loopback') {
    await eachCipher('exec-download', link)
    if (here.some(({ workload }) => workload === 'exec-upload')) await eachCipher('exec-upload', link)
  }
  for (const step of here) {
    const minutes = (performance.now() - start) / 60_000
    if (minutes > options.limit) note(`${step.workload}, ${name}: left out after ${minutes.toFixed(0)} minutes`)
    else await take(step, link)
  }
}
console.log(table(cells, peers))
for (const text of notes) console.log(`- ${text}`)
