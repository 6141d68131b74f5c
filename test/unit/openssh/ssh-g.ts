import { execFileSync } from 'node:child_process'
import { homedir } from 'node:os'
import { applyAlgorithmList } from '../../../src/openssh/algorithm-list.ts'
import { describeConfig } from '../../../src/openssh/config/dump.ts'
import { KEYWORDS } from '../../../src/openssh/config/keywords/index.ts'
import type { SshConfig } from '../../../src/openssh/config/ssh-config.ts'

/** Lists that begin with each program's own defaults, by the keyword of ours. */
const LISTS = ['ciphers', 'hostKeyAlgorithms', 'kexAlgorithms', 'macs', 'pubkeyAcceptedAlgorithms', 'hostbasedAcceptedAlgorithms', 'caSignatureAlgorithms'] as const
const OURS = new Set([...Object.keys(KEYWORDS).map((name) => name.toLowerCase()), 'host'])
/** Not compared: what OpenSSH 9.2 has not, what Debian adds, and what is shown before it is expanded (`-G` of 9.2 does not expand files). */
const LEFT_OUT = ['obscurekeystroketiming', 'channeltimeout', 'warnweakcrypto', 'refuseconnection', 'versionaddendum', 'tag', 'gssapikexalgorithms', 'gssapikeyexchange', 'gssapirenewalforcesrekey', 'gssapitrustdns', 'updatehostkeys']

/** The lines of `ssh -G`, sorted; undefined where ssh refuses the file. */
export function sshG(args: readonly string[]): string[] | undefined {
  try {
    const output = execFileSync('ssh', ['-G', ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    // OpenSSH 9.2 repeats forwardings of Unix sockets as dynamic ones, and has two kinds of keys that newer versions have not.
    return comparable(output.trim().split('\n').filter((line) => !/^dynamicforward \/|\.ssh\/id_(xmss|dsa)$/.test(line)).map((line) => line.replace(/^canonicalizePermittedcnames/, 'canonicalizepermittedcnames')))
  } catch (error) {
    if ((error as { status?: number }).status === 255) return undefined
    throw error
  }
}

function comparable(lines: readonly string[]): string[] {
  return lines.filter((line) => OURS.has(line.split(' ')[0]!) && !LEFT_OUT.includes(line.split(' ')[0]!)).map((line) => line.replaceAll(`${homedir()}/`, '~/')).sort()
}

/** ssh's own default lists, which `+`, `-` and `^` change. */
export function sshDefaults(): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(sshG(['-F', 'none', 'x'])!.map((line) => line.split(' ')).filter(([name]) => LISTS.some((keyword) => keyword.toLowerCase() === name)).map(([name, list]) => [name!, list!.split(',')]))
}

/** The same lines from what we read. */
export function asSshG(config: SshConfig, defaults: Readonly<Record<string, readonly string[]>>): string[] {
  const lists = Object.fromEntries(LISTS.map((name) => {
    const base = defaults[name.toLowerCase()]!, list = config[name]
    return [name, (list === undefined ? base : applyAlgorithmList(list, base)).join(',')]
  }))
  // OpenSSH 9.2 does not know the keys of ML-DSA.
  return comparable(describeConfig(config, lists).filter((line) => !/\.ssh\/id_mldsa44_ed25519$/.test(line)))
}
