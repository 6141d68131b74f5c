import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * What a program does through ssh: a script of jobs/, which bash runs after prelude.sh. Lines at its top tell the rest:
 *
 * - `# program:` its name in the table, `# job:` what it does,
 * - `# version:` a command whose first number is the version,
 * - `# needs:` commands without which it does not run,
 * - `# short:` `npm test` runs it too,
 * - `# sshd:` a line for sshd_config, any number of times,
 * - `# varies:` a regular expression for what differs between two runs of the same, any number of times.
 */
export interface Job {
  readonly name: string
  readonly path: string
  readonly program: string
  readonly job: string
  readonly version: string | undefined
  readonly needs: readonly string[]
  readonly short: boolean
  readonly sshd: readonly string[]
  readonly varies: readonly RegExp[]
}

const FOLDER = fileURLToPath(new URL('./jobs/', import.meta.url))

export const jobs: readonly Job[] = readdirSync(FOLDER).filter((name) => name.endsWith('.sh')).sort().map((file) => {
  const lines = readFileSync(`${FOLDER}${file}`, 'utf8').split('\n')
  const all = (word: string) => lines.filter((line) => line.startsWith(`# ${word}: `)).map((line) => line.slice(word.length + 4))
  const [program] = all('program')
  if (program === undefined) throw new Error(`${file} does not say which program it tests`)
  return {
    name: file.replace(/\.sh$/, ''), path: `${FOLDER}${file}`, program, job: all('job').join(' '), version: all('version')[0], needs: all('needs').join(' ').split(' ').filter(Boolean),
    short: lines.includes('# short'), sshd: all('sshd'), varies: all('varies').map((text) => new RegExp(text, 'gm')),
  }
})

/** The first command that the job needs and this machine lacks, as a reason. */
export function missingFor({ needs }: Job): string | undefined {
  const command = needs.find((name) => spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status !== 0)
  return command === undefined ? undefined : `${command} is not there (scripts/install-peers.sh --programs)`
}

/** The version of the program, as it tells. */
export function versionOf({ version }: Job): string {
  if (version === undefined) return ''
  const { stdout, stderr } = spawnSync('sh', ['-c', version], { encoding: 'utf8' })
  return /\d+(?:\.\d+)+\w*/.exec(`${stdout}${stderr}`)?.[0] ?? ''
}
