/** The limit that the machine sets: client and server share its processors. */
import { availableParallelism } from 'node:os'
import type { Limit } from './section.ts'
import { clientCpu, costs, processorsUsed, rate, type Row, wanted } from './transfers.ts'

/** The rows of these peers. */
const pair = (rows: readonly Row[], ...peers: readonly [string, string]) => peers.map((name) => rows.find(({ peer }) => peer === name)!) as [Row, Row]

/**
 * As much faster as the use of the processors allows. At the start of a process fewer of them are used than in the transfer, and the start counts here: so this is
 * rather too high than too low.
 */
export function processors(rows: readonly Row[], theirs: string, mine = 'ours'): Limit {
  const [here, there] = pair(rows, mine, theirs)
  const [ours, reached, used] = [rate(here), rate(there), processorsUsed(here)]
  return {
    target: wanted(here.workload, mine, theirs, false), cells: [here, there], ratio: ours && reached && used && ours / reached / used,
    if: `this library's client and its server used all ${availableParallelism()} processors all the time`,
  }
}

/**
 * What both sides take decides the rate where they share the processors: so fast as the other library, if everything else cost what it costs that one, and the processors were used as much.
 * @param more what Node's API of ciphers costs this library more, CPU seconds per gigabyte
 */
export function inTheirPlace(rows: readonly Row[], theirs: string, more: number): Limit {
  const [here, there] = pair(rows, 'ours', theirs)
  const [ours, reached] = [costs(here), costs(there)]
  return {
    target: wanted(here.workload, 'ours', theirs, false), cells: [here, there],
    ratio: ours && reached && (reached.client + reached.server) / (reached.client + more + ours.server),
    if: 'everything in the client but Node\'s API of ciphers, for data and window adjustments, cost what it costs npm ssh2, and the processors were used as much as by that one',
  }
}

/**
 * The same, if this library's client cost no more than the process without SSH. That process also sets a limit by itself: no client is faster than it.
 * @param floor its peer
 */
export function withoutSsh(rows: readonly Row[], theirs: string, floor: string): Limit {
  const [here, there] = pair(rows, 'ours', theirs)
  const [least] = pair(rows, floor, theirs)
  const [ours, reached, cpu, fastest, usual] = [costs(here), costs(there), clientCpu(least), rate(least), rate(there)]
  return {
    target: wanted(here.workload, 'ours', theirs, false), cells: [here, there],
    ratio: ours && reached && cpu && fastest && usual && Math.min((reached.client + reached.server) / (cpu + ours.server), fastest / usual),
    if: 'SSH and SFTP cost the client nothing: a socket, Node\'s API of ciphers and a local file; the server took what it takes with this library, and the processors were used as much as by the other',
  }
}
