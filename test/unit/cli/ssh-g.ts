import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { applyAlgorithmList } from '../../../src/cli/algorithm-list.ts'
import type { Forward, ForwardEnd } from '../../../src/cli/forward-spec.ts'
import type { SshConfig } from '../../../src/cli/ssh-config/ssh-config.ts'

const ALGORITHM_KEYWORDS = ['ciphers', 'hostkeyalgorithms', 'kexalgorithms', 'macs'] as const
const KEYWORDS = new Set<string>([
  ...ALGORITHM_KEYWORDS, 'hostname', 'user', 'port', 'batchmode', 'compression', 'hashknownhosts', 'identitiesonly', 'requesttty', 'stricthostkeychecking', 'serveralivecountmax', 'serveraliveinterval',
  'connecttimeout', 'identityfile', 'certificatefile', 'globalknownhostsfile', 'userknownhostsfile', 'sendenv', 'setenv', 'localforward', 'remoteforward', 'dynamicforward', 'proxyjump', 'proxycommand',
  'forwardagent', 'hostkeyalias', 'identityagent', 'remotecommand',
])

/** The lines of `ssh -G` that this project reads too, sorted; undefined where ssh refuses the file. */
export function sshG(args: readonly string[]): string[] | undefined {
  try {
    const output = execFileSync('ssh', ['-G', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    const lines = output.trim().split('\n').filter((line) => KEYWORDS.has(line.split(' ')[0]!))
    // OpenSSH 9.2 repeats forwardings of Unix sockets as dynamic ones, and has two kinds of keys that newer versions have not.
    return lines.filter((line) => !/^dynamicforward \/|\.ssh\/id_(xmss|dsa)$/.test(line)).map((line) => line.replaceAll(`${homedir()}/`, '~/')).sort()
  } catch (error) {
    if ((error as { status?: number }).status === 255) return undefined
    throw error
  }
}

/** ssh's own default lists, which `+`, `-` and `^` change. */
export function sshDefaults(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(sshG(['-F', 'none', 'x'])!.map((line) => line.split(' ')).filter(([name]) => ALGORITHM_KEYWORDS.some((keyword) => keyword === name)).map(([name, list]) => [name!, list!.split(',')]))
}

/** The same lines from what we read. */
export function asSshG(config: SshConfig, defaults: Readonly<Record<string, readonly string[]>>): string[] {
  const lists = { ciphers: config.ciphers, hostkeyalgorithms: config.hostKeyAlgorithms, kexalgorithms: config.kexAlgorithms, macs: config.macs }
  const yes = (value: boolean) => value ? 'yes' : 'no'
  const strict = { yes: 'true', no: 'false', ask: 'ask', 'accept-new': 'accept-new' }[config.strictHostKeyChecking]
  const tty = { yes: 'true', no: 'false', auto: 'auto', force: 'force' }[config.requestTTY]
  const optional = (name: string, value: string | undefined) => value === undefined ? [] : [`${name} ${value}`]
  const hops = config.proxyJump.map(({ user, host, port }) => `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`)
  return [
    `hostname ${config.hostName}`, `user ${config.user}`, `port ${config.port}`, `batchmode ${yes(config.batchMode)}`, `compression ${yes(config.compression)}`, `hashknownhosts ${yes(config.hashKnownHosts)}`,
    `identitiesonly ${yes(config.identitiesOnly)}`, `requesttty ${tty}`, `stricthostkeychecking ${strict}`, `serveralivecountmax ${config.serverAliveCountMax}`, `serveraliveinterval ${config.serverAliveInterval}`,
    `connecttimeout ${config.connectTimeout || 'none'}`, `globalknownhostsfile ${config.globalKnownHostsFiles.join(' ')}`, `userknownhostsfile ${config.userKnownHostsFiles.join(' ')}`,
    `forwardagent ${typeof config.forwardAgent === 'boolean' ? yes(config.forwardAgent) : config.forwardAgent}`,
    ...ALGORITHM_KEYWORDS.map((name) => `${name} ${(lists[name] === undefined ? defaults[name]! : applyAlgorithmList(lists[name], defaults[name]!)).join(',')}`),
    ...config.identityFiles.map((file) => `identityfile ${file}`), ...config.certificateFiles.map((file) => `certificatefile ${file}`),
    ...config.sendEnv.map((name) => `sendenv ${name}`), ...[...config.setEnv].map(([name, value]) => `setenv ${name}=${value}`),
    ...config.localForwards.map((forward) => `localforward ${forwardText(forward)}`), ...config.remoteForwards.map((forward) => `remoteforward ${forwardText(forward, '[socks]:0')}`),
    ...config.dynamicForwards.map((forward) => `dynamicforward ${forwardText(forward)}`),
    ...(hops.length > 0 ? [`proxyjump ${hops.join(',')}`] : []), ...optional('proxycommand', config.proxyCommand), ...optional('hostkeyalias', config.hostKeyAlias),
    ...optional('identityagent', config.identityAgent), ...optional('remotecommand', config.remoteCommand),
  ].sort()
}

function forwardText({ listen, connect }: Forward, dynamic = ''): string {
  return `${endText(listen)} ${connect ? endText(connect) : dynamic}`.trim()
}

function endText(end: ForwardEnd): string {
  if ('path' in end) return end.path
  return end.host === undefined ? String(end.port) : `[${end.host}]:${end.port}`
}
