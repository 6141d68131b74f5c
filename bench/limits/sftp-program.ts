/** SFTP beside OpenSSH's `sftp` and npm ssh2: whether the processors are the limit, or V8's optimizing compiler. */
import { openssh } from '../peers/openssh.ts'
import { compilerLimit, withAndWithout } from './compiler.ts'
import { processors } from './processors.ts'
import type { Measured, Run, Section } from './section.ts'
import { alternate, transferTable } from './transfers.ts'

const contest = (run: Run, workload: string) => alternate(run, {
  workload, contenders: [...withAndWithout(workload).slice(0, workload === 'sftp-put' ? 4 : 2), { title: `${workload}: OpenSSH's sftp`, peer: openssh }],
})

async function measure(run: Run): Promise<Measured> {
  const [get, put] = [await contest(run, 'sftp-get'), await contest(run, 'sftp-put')]
  return {
    limits: [...[get, put].flatMap((rows) => ['openssh', 'ssh2-addon'].map((theirs) => processors(rows, theirs))), compilerLimit(put)],
    figures: [`The rate is of the transfer alone; CPU and the use of the processors are of the whole process with its start; ${run.rounds} rounds:`, '', transferTable([...get, ...put])],
  }
}

export const sftpProgram: Section = { name: 'sftp', title: 'SFTP, OpenSSH\'s sftp and npm ssh2', measure }
