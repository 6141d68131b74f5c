import { execFileSync } from 'node:child_process'
import { availableAlgorithms } from '../../../src/openssh/algorithms.ts'
import { describeConfig } from '../../../src/openssh/config/dump.ts'
import { readSshConfig, type SshConfig } from '../../../src/openssh/config/ssh-config.ts'
import { shownLists } from '../../../src/openssh/shown-lists.ts'
import { comparable, defaultsOf, type Reader } from '../../cli/ssh-g/lines.ts'

/** The machine's ssh. */
const READER: Reader = { command: 'ssh', version: 9.2 }
const shown = (config: SshConfig) => describeConfig(config, shownLists(config)).join('\n')
const theirs = defaultsOf(execFileSync('ssh', ['-G', '-F', 'none', 'x'], { encoding: 'utf8' }))
const ours = defaultsOf(shown(await readSshConfig({ host: 'x', file: 'none' })))

/** The lines of `ssh -G`, sorted; undefined where ssh refuses the file. */
export function sshG(args: readonly string[]): string[] | undefined {
  try {
    return comparable(execFileSync('ssh', ['-G', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }), { own: theirs, other: ours }, READER, availableAlgorithms)
  } catch (error) {
    if ((error as { status?: number }).status === 255) return undefined
    throw error
  }
}

/** The same lines from what we read. */
export function asSshG(config: SshConfig): string[] {
  return comparable(shown(config), { own: ours, other: theirs }, READER, availableAlgorithms)
}
