/** SFTP beside OpenSSH's `sftp`, npm ssh2, and the same files without SSH: whether the processors are the limit, Node, or V8's optimizing compiler. */
import { openssh } from '../peers/openssh.ts'
import { adjustments } from './adjustments.ts'
import { compilerLimit, withAndWithout } from './compiler.ts'
import { floor } from './floor.ts'
import { LARGER } from './further.ts'
import { longer } from './longer.ts'
import { processors, withoutSsh } from './processors.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, transferTable } from './transfers.ts'

const OTHERS = ['openssh', 'ssh2-addon']
const FLOOR = 'floor'

/** Put has both libraries without the compiler, too. */
const contenders = (title: string, compilers: 1 | 2) => [...withAndWithout(title).slice(0, 2 * compilers), { title: `${title}: OpenSSH's sftp`, peer: openssh }]

const contest = (run: Run, workload: string, compilers: 1 | 2, received = 0) => alternate(run, {
  workload, contenders: [...contenders(workload, compilers), { title: `${workload}: no SSH, a local file`, peer: floor({ name: FLOOR, way: 'file', adjustments: received }) }],
})

async function measure(run: Run): Promise<Measured> {
  const { opened } = await adjustments(run, 'sftp-put')
  const [get, put] = [await contest(run, 'sftp-get', 1), await contest(run, 'sftp-put', 2, opened)]
  const long = await alternate(run, { workload: 'sftp-put', contenders: contenders('sftp-put, longer', 1), share: LARGER })
  return {
    limits: [
      ...[get, put].flatMap((rows) => OTHERS.map((theirs) => processors(rows, theirs))),
      // What holds up npm ssh2's get are round trips, not processors.
      withoutSsh(get, 'openssh', FLOOR), ...OTHERS.map((theirs) => withoutSsh(put, theirs, FLOOR)),
      compilerLimit(put), ...OTHERS.map((theirs) => longer(put, long, theirs)),
    ],
    figures: [
      'The rate is of the transfer alone; CPU and the use of the processors are of the whole process with its start. No SSH: packets that another process sends or takes, through a socket of Node,',
      `\`node:crypto\` for each packet of 32 kB, and the local file as this library reads and writes it; put also opens the ${Math.round(opened)} window adjustments per GB that this library received in one run`,
      `(\`bench/limits/floor-client.ts\`). If its own rate is less than what follows from its CPU, that rate is the limit. ${run.rounds} rounds:`, '', transferTable([...get, ...put, ...long]),
    ],
  }
}

export const sftpProgram: Section = { name: 'sftp', title: 'SFTP, OpenSSH\'s sftp and npm ssh2', measure }
