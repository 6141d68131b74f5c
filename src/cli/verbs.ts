import { basename } from 'node:path'
import { parseSsh } from './ssh/arguments.ts'
import { Terminal } from './terminal/terminal.ts'
import { report } from './report.ts'
import { USAGE } from './usage.ts'
import { UsageError } from './usage-error.ts'

/** Words that name an action; without one it is `ssh`. */
type Verb = (words: readonly string[], version: () => string) => Promise<number>

const VERBS: Readonly<Record<string, Verb>> = {
  ssh: runSsh,
  exec: (words, version) => {
    const request = parseSsh(words)
    if (request.verb === 'ssh' && request.command === '') throw new UsageError('exec needs a command')
    return runSsh(words, version)
  },
  shell: (words, version) => {
    const request = parseSsh(words)
    if (request.verb === 'ssh' && request.command !== '') throw new UsageError('shell has no command')
    return runSsh(words, version)
  },
  scp: async (words) => (await import('./scp/main.ts')).scp(words),
  sftp: async (words) => (await import('./sftp/main.ts')).sftp(words),
  get: async (words) => (await import('./scp/main.ts')).get(words),
  put: async (words) => (await import('./scp/main.ts')).put(words),
  each: async (words) => (await import('./each/main.ts')).each(words),
}

/** Executes the command line. @returns the exit code */
export async function parseVerb(argv: readonly string[], version: () => string): Promise<number> {
  if (argv[0] === '--help') return print(USAGE)
  if (argv[0] === '--version') return print(version())
  const called = basename(process.argv[1] ?? '')
  if (called === 'scp' || called === 'sftp') return VERBS[called]!(argv, version)
  const verb = called === 'ssh' || argv[0] === undefined || !Object.hasOwn(VERBS, argv[0]) ? undefined : argv[0]
  return verb === undefined ? runSsh(argv, version) : VERBS[verb]!(argv.slice(1), version)
}

async function runSsh(words: readonly string[], version: () => string): Promise<number> {
  const request = parseSsh(words)
  if (request.verb === 'help') return print(USAGE)
  if (request.verb === 'version') return print(version(), process.stderr)
  if (request.verb === 'query') return print((await import('./ssh/query.ts')).query(request.what).join('\n'))
  const { ssh } = await import('./ssh/main.ts')
  const terminal = new Terminal(request.logFile)
  return ssh(request, terminal, words).catch((error: unknown) => report(error, request.print ? undefined : request.logFile, terminal.level === 'QUIET'))
}

function print(text: string, target: NodeJS.WriteStream = process.stdout): number {
  target.write(`${text}\n`)
  return 0
}
