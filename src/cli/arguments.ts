import { parseArgs } from 'node:util'
import { type Forward, type ForwardKind, parseForward } from './forward-spec.ts'
import { type JumpHost, parseJumpHost } from './ssh-config/values.ts'

/** A mistake on the command line: shown with the usage, exit code 2. */
export class UsageError extends Error {}

/** What the command line asks for, whatever is done with it. */
export interface ConnectionArguments {
  readonly target: JumpHost
  /** `Keyword=value` lines of ssh_config(5) that come before all files. */
  readonly options: readonly string[]
  readonly configFile: string | undefined
  readonly verbose: boolean
  readonly quiet: boolean
  readonly localForwards: readonly Forward[]
  readonly remoteForwards: readonly Forward[]
  readonly dynamicForwards: readonly Forward[]
}

export type Arguments =
  | { readonly action: 'help' }
  | { readonly action: 'version' }
  | ConnectionArguments & { readonly action: 'run', /** None: the login shell. */ readonly command: string | undefined, readonly tty: boolean | undefined, /** Forwarding alone. */ readonly noCommand: boolean }
  | ConnectionArguments & { readonly action: 'get', readonly remote: string, readonly local: string, readonly recursive: boolean }
  | ConnectionArguments & { readonly action: 'put', readonly local: readonly string[], readonly remote: string, readonly recursive: boolean }

const OPTIONS = {
  port: { type: 'string', short: 'p' },
  login: { type: 'string', short: 'l' },
  identity: { type: 'string', short: 'i', multiple: true },
  jump: { type: 'string', short: 'J' },
  option: { type: 'string', short: 'o', multiple: true },
  config: { type: 'string', short: 'F' },
  local: { type: 'string', short: 'L', multiple: true },
  remote: { type: 'string', short: 'R', multiple: true },
  dynamic: { type: 'string', short: 'D', multiple: true },
  'no-command': { type: 'boolean', short: 'N' },
  tty: { type: 'boolean', short: 't' },
  'no-tty': { type: 'boolean', short: 'T' },
  agent: { type: 'boolean', short: 'A' },
  compress: { type: 'boolean', short: 'C' },
  recursive: { type: 'boolean', short: 'r' },
  verbose: { type: 'boolean', short: 'v' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

export const USAGE = `usage: libssh2-wasm [options] [user@]host[:port] [command ...]
       libssh2-wasm exec [options] [user@]host[:port] command ...
       libssh2-wasm shell [options] [user@]host[:port]
       libssh2-wasm get [-r] [options] [user@]host:path [local path]
       libssh2-wasm put [-r] [options] local path ... [user@]host:path

Without a command: a shell. ~/.ssh/config, ~/.ssh/known_hosts and the agent are used as ssh does.

  -p port          -l user          -i key file        -J jump host,...
  -F config file   -o Keyword=value -A agent forwarding -C compression
  -L, -R [address:]port:host:port   -D [address:]port  -N forwarding only
  -t terminal      -T no terminal   -v verbose         -q quiet
  -h this text     -V version`

/** @throws UsageError where the command line makes no sense. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { own, rest } = split(argv)
  const values = read(own)
  if (values.help) return { action: 'help' }
  if (values.version) return { action: 'version' }
  const [word, ...behind] = rest
  if (word === 'get' || word === 'put') return transfer(word, behind, values)
  const [first, ...others] = word === 'exec' || word === 'shell' ? behind : rest
  if (first === undefined) throw new UsageError('a host is needed')
  if (word === 'exec' && others.length === 0) throw new UsageError('exec needs a command')
  if (word === 'shell' && others.length > 0) throw new UsageError('shell has no command')
  const connection = connectionOf(host(first), values)
  const command = others.length === 0 ? undefined : others.join(' ')
  return { ...connection, action: 'run', command, tty: values.tty ? true : values['no-tty'] ? false : undefined, noCommand: values['no-command'] === true }
}

type Values = ReturnType<typeof read>

function read(own: readonly string[]) {
  try {
    return parseArgs({ args: [...own], options: OPTIONS, allowPositionals: false }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Words that say what is to be done; without one, it is `exec` or `shell`, as ssh decides. */
const VERBS: readonly string[] = ['exec', 'shell', 'get', 'put']

/** Our options end at the first word that is none: what follows belongs to the remote command. Verbs have theirs behind them. */
function split(argv: readonly string[]): { own: readonly string[], rest: readonly string[] } {
  const own: string[] = []
  let at = 0
  for (; at < argv.length; at++) {
    const word = argv[at] as string
    if (word === '--') return { own, rest: argv.slice(at + 1) }
    if (VERBS.includes(word) && own.length === at) {
      const inner = split(argv.slice(at + 1))
      return { own: [...own, ...inner.own], rest: [word, ...inner.rest] }
    }
    if (!word.startsWith('-') || word === '-') break
    own.push(word)
    if (takesValue(word) && at + 1 < argv.length) own.push(argv[++at] as string)
  }
  return { own, rest: argv.slice(at) }
}

function takesValue(word: string): boolean {
  if (word.startsWith('--')) return !word.includes('=') && OPTIONS[word.slice(2) as keyof typeof OPTIONS]?.type === 'string'
  const option = Object.values(OPTIONS).find(({ short }) => short === word.at(-1))
  return word.length === 2 && option?.type === 'string'
}

function host(text: string): JumpHost {
  const target = parseJumpHost(text)
  if (!target) throw new UsageError(`not a host: ${JSON.stringify(text)}`)
  return target
}

function connectionOf(target: JumpHost, values: Values): ConnectionArguments {
  const named: [string, string | undefined][] = [
    ['Port', values.port], ['User', values.login], ['ProxyJump', values.jump],
    ['ForwardAgent', values.agent ? 'yes' : undefined], ['Compression', values.compress ? 'yes' : undefined],
  ]
  return {
    target,
    options: [
      ...named.flatMap(([keyword, value]) => value === undefined ? [] : [`${keyword}=${value}`]),
      ...(values.identity ?? []).map((path) => `IdentityFile=${path}`),
      ...values.option ?? [],
    ],
    configFile: values.config,
    verbose: values.verbose === true,
    quiet: values.quiet === true,
    localForwards: forwards(values.local, 'local'),
    remoteForwards: forwards(values.remote, 'remote'),
    dynamicForwards: forwards(values.dynamic, 'dynamic'),
  }
}

function forwards(texts: readonly string[] | undefined, kind: ForwardKind): Forward[] {
  return (texts ?? []).map((text) => {
    const forward = parseForward(text, kind)
    if (!forward) throw new UsageError(`not a ${kind} forwarding: ${JSON.stringify(text)}`)
    return forward
  })
}

function transfer(action: 'get' | 'put', words: readonly string[], values: Values): Arguments {
  const recursive = values.recursive === true
  const place = action === 'get' ? words[0] : words.at(-1)
  const others = action === 'get' ? words.slice(1) : words.slice(0, -1)
  if (place === undefined) throw new UsageError(`${action} needs [user@]host:path`)
  const [, where, remote = ''] = /^((?:[^@:/]+@)?(?:\[[^\]]+\]|[^:/[\]]+)):(.*)$/.exec(place) ?? []
  if (where === undefined) throw new UsageError(`not [user@]host:path: ${JSON.stringify(place)}`)
  const connection = connectionOf(host(where), values)
  if (action === 'put') {
    if (others.length === 0) throw new UsageError('put needs a local path')
    return { ...connection, action, local: others, remote: remote || '.', recursive }
  }
  if (others.length > 1) throw new UsageError('get has one local path')
  if (remote === '') throw new UsageError('get needs a remote path')
  return { ...connection, action, remote, local: others[0] ?? '.', recursive }
}
