/** SFTP beside OpenSSH's `sftp`, npm ssh2, the least client in Node, and the same files without SSH: whether the processors are the limit, Node, or V8's optimizing compiler. */
import { openssh } from '../peers/openssh.ts'
import { bare, BARE_TITLE, bareRate } from './bare.ts'
import { compilerLimit, withAndWithout } from './compiler.ts'
import { counted } from './counted.ts'
import { floor } from './floor.ts'
import type { Beside } from './floor-beside.ts'
import { LARGER } from './further.ts'
import { longer } from './longer.ts'
import { processors } from './processors.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, type Contender, transferTable } from './transfers.ts'
import { PROCESSES, startsOf, startTable, withoutSsh } from './without-data.ts'

const OPENSSH = 'openssh'
const OTHERS = [OPENSSH, 'ssh2-addon']
const FLOOR = 'floor'
const WAY = 'a socket, Node\'s API of ciphers for the data, and a local file take'

/** Put has both libraries without the compiler, too. */
const contenders = (title: string, compilers: 1 | 2): Contender[] => [...withAndWithout(title).slice(0, 2 * compilers), { title: `${title}: OpenSSH's sftp`, peer: openssh }]

/** @param beside what goes the other way beside the data. @param others those whose limits need to know what a process without data takes */
async function contest(run: Run, workload: string, compilers: 1 | 2, beside: Beside, others: readonly string[]) {
  const all = [...contenders(workload, compilers), { title: `${workload}: ${BARE_TITLE}`, peer: bare }, { title: `${workload}: no SSH, a local file`, peer: floor({ name: FLOOR, way: 'file', beside }) }]
  const rows = await alternate(run, { workload, contenders: all })
  const needed = ['ours', ...others, FLOOR].map((name) => all.find(({ peer }) => peer.name === name)!)
  const starts = await startsOf(run, { workload, contenders: needed })
  return { rows, limits: others.map((theirs) => withoutSsh({ rows, starts, ours: 'ours', theirs, floor: FLOOR, opening: true }, WAY)), starts }
}

const perGigabyte = (count: number) => Math.round(count).toLocaleString('en-US')

async function measure(run: Run): Promise<Measured> {
  const [{ sealed }, { opened }] = [await counted(run, 'sftp-get'), await counted(run, 'sftp-put')]
  // What holds up npm ssh2's get are round trips, not processors.
  const [get, put] = [await contest(run, 'sftp-get', 1, sealed, [OPENSSH]), await contest(run, 'sftp-put', 2, opened, OTHERS)]
  const long = await alternate(run, { workload: 'sftp-put', contenders: contenders('sftp-put, longer', 1), share: LARGER })
  return {
    limits: [
      ...[get, put].flatMap(({ rows }) => OTHERS.map((theirs) => processors(rows, theirs))), ...get.limits, ...put.limits,
      ...[get, put].flatMap(({ rows }) => OTHERS.map((theirs) => bareRate(rows, theirs))), compilerLimit(put.rows), ...OTHERS.map((theirs) => longer(put.rows, long, theirs)),
    ],
    figures: [
      'The rate is of the transfer alone, which includes opening and closing the files, and not opening SFTP; CPU and the use of the processors are of the whole process with its start and the connection. No SSH: packets that another',
      'process sends or takes, through a socket of Node, `node:crypto` for each packet of 32 kB, and the local file as this library reads and writes it. Beside the data of a GB, get also writes',
      `${perGigabyte(sealed.messages)} packets with requests and ${perGigabyte(sealed.adjustments)} window adjustments, in ${perGigabyte(sealed.writes)} writes, and reads the head of each reply of 255 KiB; put reads ${perGigabyte(opened.messages)} replies and`,
      `${perGigabyte(opened.adjustments)} window adjustments: as many as this library in one run, without those of the process without data (\`bench/limits/floor-client.ts\`). No cipher is used for these packets,`,
      'so that this takes less than any client can, and never more. Neither waits for the other side.',
      `If its own rate is less than what follows from its CPU, that rate is the limit. The least client in Node transfers the file from and to the same server (\`bench/limits/bare-client.ts\`). ${run.rounds} rounds:`, '', transferTable([...get.rows, ...put.rows, ...long]),
      `Connections without data: the same processes with a file of one byte, without SSH with none; ${PROCESSES} rounds. What data takes is the difference between a transfer and its process here:`, '', startTable([...get.starts, ...put.starts], true),
    ],
  }
}

export const sftpProgram: Section = { name: 'sftp', title: 'SFTP, OpenSSH\'s sftp and npm ssh2', measure }
