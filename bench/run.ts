/** The benchmark: see README.md in this folder. bench.sh prepares everything and starts it. */
import { amount, type Choice, measure } from './measure.ts'
import { linkKinds, openLink, type Link } from './links/link.ts'
import { readOptions } from './options.ts'
import { nodePeers } from './peers/node.ts'
import { nativePeers } from './peers/native.ts'
import { openssh } from './peers/openssh.ts'
import type { Peer } from './peers/peer.ts'
import { cipherTrials, plan, type Step } from './plan.ts'
import { machine } from './report/machine.ts'
import { report, write } from './report/write.ts'
import { type Cell, median, value } from './results.ts'
import { startServer } from './server.ts'
import { workloads } from './workloads/all.ts'

const options = readOptions(process.argv.slice(2))
const start = performance.now()
const where = machine(['npm run bench --', ...process.argv.slice(2)].join(' '))
const say = (line: string) => console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(5)} s  ${line}`)
const wanted = (list: readonly string[], name: string) => list.length === 0 || list.includes(name)

const allPeers = [...nodePeers, openssh, ...nativePeers]
const peers = allPeers.filter(({ name }) => wanted(options.peers, name))
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

/** Short runs differ by this much by chance. */
const ABOUT = 1.1

/**
 * The cipher that suits a peer, from the rounds with each cipher: of those that are about as fast as the fastest one, and take about as little CPU as the cheapest of these, the first that
 * was tried.
 */
function best(peer: Peer, name: string, link: Link): string | undefined {
  if (options.cipher !== undefined) return options.cipher
  const tried = cells.filter((cell) => cell.peer === peer.name && cell.variant !== 'best' && cell.link === (link.name in cipherTrials ? link.name : 'loopback') &&
    cell.workload === (name === 'exec-upload' ? name : 'exec-download') && cell.samples.length > 0)
    .map((cell) => ({ cipher: cell.cipher, speed: value({ unit: 'MB/s' }, cell)!, cpu: median(cell.samples.map((sample) => sample.cpu)) }))
  const fastest = Math.max(...tried.map(({ speed }) => speed))
  const fast = tried.filter(({ speed }) => ABOUT * speed >= fastest)
  const least = Math.min(...fast.map(({ cpu }) => cpu))
  return fast.find(({ cpu }) => cpu <= ABOUT * least)?.cipher
}

function able(link: Link, workload: string, names: readonly string[] = []): Peer[] {
  return (link.peers?.filter(({ name }) => wanted(options.peers, name)) ?? peers).filter((peer) => peer.can(workload) && peer.missing?.() === undefined && wanted(names, peer.name))
}

async function eachCipher(name: 'exec-download' | 'exec-upload', link: Link, share: number): Promise<void> {
  const workload = workloads.find((each) => each.name === name)!
  const all = able(link, name)
  for (const cipher of new Set(all.flatMap(({ ciphers }) => ciphers))) {
    const choices = all.filter((peer) => peer.ciphers.includes(cipher)).map((peer) => ({ peer, cipher }))
    const round = { workload, link, variant: cipher, bytes: amount(workload.bytes!, share * options.scale), count: 1, rounds: Math.min(2, options.rounds) }
    cells.push(...await measure(server, round, choices, say))
  }
}

async function take({ workload: name, share, rounds = options.rounds, peers: names }: Step, link: Link): Promise<void> {
  const workload = workloads.find((each) => each.name === name)!
  const choices: Choice[] = able(link, name, names).map((peer) => ({ peer, cipher: best(peer, name, link) }))
  const { count = 1 } = workload
  const round = {
    workload, link, variant: 'best', rounds: Math.min(rounds, options.rounds),
    bytes: amount(workload.bytes ?? 0, share * options.scale),
    count: name === 'channels' ? count : Math.max(Math.min(count, 5), Math.round(count * share * options.scale)),
  }
  cells.push(...await measure(server, round, choices, say))
}

async function measureOver(link: Link): Promise<void> {
  const here = steps.filter((step) => step.link === link.name)
  const trials = options.cipher === undefined ? cipherTrials[link.name] : undefined
  if (trials !== undefined) {
    await eachCipher('exec-download', link, trials)
    if (here.some(({ workload }) => workload === 'exec-upload')) await eachCipher('exec-upload', link, trials)
  }
  for (const step of here) {
    const minutes = (performance.now() - start) / 60_000
    if (minutes > options.limit) note(`${step.workload}, ${link.name}: left out after ${minutes.toFixed(0)} minutes`)
    else await take(step, link)
  }
}

await using server = await startServer(512 * 2 ** 20 * options.scale)
for (const name of new Set(steps.map(({ link }) => link))) {
  const reason = linkKinds[name]?.missing?.()
  if (reason !== undefined) {
    note(`${name}: ${reason}`)
    continue
  }
  try {
    await using link = await openLink(name, server.target)
    await measureOver(link)
  } catch (error) {
    note(`${name}: ${(error as Error).message}`)
  }
}
const run = { cells, peers: allPeers, notes, machine: where }
console.log(report(run))
if (options.write) {
  write(run)
  say('written: bench/RESULTS.md, bench/results.svg, bench/results.json')
}
