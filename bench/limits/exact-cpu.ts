/** GNU time counts hundredths of seconds, of which a process without data has ten: Bash counts thousandths. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Peer } from '../peers/peer.ts'

/** Words before a command; the next one is the file that gets its user and system time. The command has stdin, stdout and stderr as they are. */
const TIMED = ['bash', '-c', 'TIMEFORMAT="%3U %3S"; { time "$@" 2>&3 3>&-; } 3>&2 2>"$0"']

/** The same peer, with its CPU in milliseconds. */
export const exactly = (peer: Peer): Peer => ({
  ...peer,
  async run(job, enter) {
    const folder = mkdtempSync(join(tmpdir(), 'bench-cpu-'))
    try {
      const file = join(folder, 'times')
      const sample = await peer.run(job, [...enter, ...TIMED, file])
      const [user, system] = readFileSync(file, 'utf8').replaceAll(',', '.').split(' ').map(Number) as [number, number]
      return { ...sample, cpu: user + system }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
})
