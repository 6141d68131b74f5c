/** What Node's API of ciphers costs beside an addon, and the transfers that use them, beside the same bytes without SSH. */
import { peerWith } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import { bare, bareCpu, bareRate, streamed, streamedRate } from './bare.ts'
import { counted, type Counted } from './counted.ts'
import { cipherCosts, cipherTable, moreForCiphers, nodes, type Ours, THEIRS } from './cipher-costs.ts'
import { floor } from './floor.ts'
import { further, furtherTable, LARGER, sameStart } from './further.ts'
import type { CipherCosts } from './gcm-client.ts'
import { processors } from './processors.ts'
import type { Limit, Measured, Run, Section } from './section.ts'
import { alternate, type Contender, leastCpu, rowsOf, transferTable, wanted } from './transfers.ts'
import { type Compared, cpuInTheirPlace, cpuWithoutSsh, inTheirPlace, PROCESSES, startsOf, startTable, withoutSsh } from './without-data.ts'

interface Contest {
  readonly workload: string
  readonly ours: readonly Ours[]
  /** Those of which a share of CPU is wanted. */
  readonly targeted: readonly Ours[]
  /** What is done with the data. */
  readonly kind: keyof CipherCosts
}

const thisNode = nodes.slice(0, 1)

const contests: readonly Contest[] = [
  { workload: 'exec-download', ours: nodes, targeted: nodes, kind: 'opened' }, { workload: 'exec-upload', ours: nodes, targeted: thisNode, kind: 'sealed' },
  { workload: 'channels', ours: thisNode, targeted: thisNode, kind: 'opened' },
]

/** The peer without SSH beside this one. */
const floorOf = (peer: string) => `floor-${peer}`
const PLAIN = 'plain'

/** The least clients that do this. */
const bareOf = (workload: string): readonly Contender[] => [bare, streamed].filter((each) => each.can(workload)).map((peer) => ({ title: `${workload}: ${peer.title}`, peer }))

function contendersOf({ workload, ours, kind }: Contest, counts: Counted): Contender[] {
  const beside = counts[kind === 'opened' ? 'sealed' : 'opened']
  return [
    ...ours.map(({ peer, title }) => ({ title: `${workload}: libssh2-wasm, ${title}`, peer: peerWith(peer, []) })),
    { title: `${workload}: npm ssh2 with its addon`, peer: peerWith(THEIRS, []) }, ...bareOf(workload),
    ...ours.map(({ peer, title, program }) => ({ title: `${workload}: no SSH, with Web Streams, ${title}`, peer: floor({ name: floorOf(peer), way: 'streams', program, beside }) })),
    { title: `${workload}: no SSH and no Web Streams`, peer: floor({ name: PLAIN, way: 'plain', beside }) },
  ]
}

/** By CPU. @param more what Node's API of ciphers costs more, seconds per gigabyte */
function cpuLimits(compared: Compared, more: number): Limit[] {
  const { rows, ours } = compared
  const theirs = leastCpu(rowsOf(rows, THEIRS)[0])
  return [
    {
      target: wanted(rows[0]!.workload, ours, THEIRS, true), cells: rows, ratio: theirs && 1 + more / theirs,
      if: 'everything but Node\'s API of ciphers, for the data, cost what it costs npm ssh2',
    },
    cpuInTheirPlace(compared, more), cpuWithoutSsh(compared, wayOf(compared)),
  ]
}

const wayOf = ({ rows: [row] }: Compared) => `a socket, Node's API of ciphers for the data, and ${row!.count === 1 ? 'Web Streams' : `${row!.count} Web Streams`} take`

async function measureOne(run: Run, contest: Contest, ciphers: ReadonlyMap<string, CipherCosts>) {
  const { workload, ours, targeted, kind } = contest
  const counts = await counted(run, workload)
  const contenders = contendersOf(contest, counts)
  const rows = await alternate(run, { workload, contenders })
  const limited = [THEIRS, ...targeted.flatMap(({ peer }) => [peer, floorOf(peer)])]
  const starts = await startsOf(run, { workload, contenders: contenders.filter(({ peer }) => limited.includes(peer.name)) })
  const later = await further(run, rows, [...ours.map(({ peer }) => peer), THEIRS].map((name) => peerWith(name, [])))
  const more = (peer: string) => moreForCiphers(ciphers, peer, kind)
  const compared = (peer: string): Compared => ({ rows, starts, ours: peer, theirs: THEIRS, floor: floorOf(peer) })
  const here = compared('ours')
  return {
    limits: [
      ...targeted.flatMap(({ peer }) => [...cpuLimits(compared(peer), more(peer)), sameStart(later, peer, THEIRS)]),
      ...bare.can(workload) ? [bareRate(rows, THEIRS), streamedRate(rows, THEIRS), bareCpu(rows, THEIRS)] : [],
      processors(rows, THEIRS), inTheirPlace(here, more('ours')), withoutSsh(here, wayOf(here)),
    ],
    counts, workload, rows, starts, later,
  }
}

const countRow = ({ workload, counts: { sealed, opened } }: { workload: string, counts: Counted }) => `| ${[workload, sealed.adjustments, opened.adjustments, sealed.writes].map((cell) => (typeof cell === 'string' ? cell : digits(cell))).join(' | ')} |`

async function measure(run: Run): Promise<Measured> {
  const ciphers = cipherCosts(run)
  const found = []
  for (const contest of contests) found.push(await measureOne(run, contest, ciphers))
  return {
    limits: found.flatMap(({ limits }) => limits),
    figures: [
      'aes128-gcm, CPU of the whole process, the least of 7: data in packets of 32 kB:', '', cipherTable(ciphers),
      'The packets of this library\'s transfers that have the size of a window adjustment, counted on the wire, and its writes to the socket, per GB, without those of the same process without data; one run each:', '',
      '| | sealed | opened | writes |', '|---|--:|--:|--:|', ...found.map(countRow), '',
      'The transfers, and the same bytes without SSH: packets that another process sends or takes, through a socket of Node, `node:crypto` for each packet of 32 kB,',
      'and Web Streams as this library\'s API has them, one for each channel, or none. As many window adjustments as this library opens in an upload are read, or as many as it seals in a download',
      `are written, as often; but no cipher is used for them, so that this takes less than any client can, and never more (\`bench/limits/floor-client.ts\`). The least client in Node sends an upload to the same server, from its own memory or from a Web Stream that is written to as this library's is (\`bench/limits/bare-client.ts\`); ${run.rounds} rounds:`, '', transferTable(found.flatMap(({ rows }) => rows)),
      `Connections and commands without data: the same processes with one byte for each command, without SSH with none; ${PROCESSES} rounds. What data takes, in the limits,`,
      'is the difference between a transfer and its process here:', '', startTable(found.flatMap(({ starts }) => starts)),
      `What each further gigabyte costs: the difference between ${LARGER} times the amount and the amount, from the least of ${run.rounds} rounds of each. All else is the start of the process, the connection, and`,
      'what V8 compiles at the beginning of a transfer:', '', furtherTable(found.map(({ later }) => later), THEIRS),
    ],
  }
}

export const hostCiphers: Section = { name: 'ciphers', title: 'Node\'s ciphers and those of an addon', measure }
