/** What Node's API of ciphers costs, which makes an object for each packet, beside an addon that keeps one, and OpenSSL by itself. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { addonFile } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import type { CipherCosts } from './gcm-client.ts'
import { BODY } from './packet-sizes.ts'
import type { Run } from './section.ts'

const client = fileURLToPath(new URL('limits-gcm.js', import.meta.url))
export const THEIRS = 'ssh2-addon'
const OPENSSL = 'openssl'

export interface Ours { readonly peer: string, readonly title: string, readonly program: string }

/** This library's peers, by release of Node. */
export const nodes: readonly Ours[] = [
  { peer: 'ours', title: `Node ${process.versions.node}`, program: process.execPath },
  ...[22, 24].map((release) => ({ release, program: `.cache/runtimes/bin/node${release}` })).filter(({ program }) => existsSync(program)).map(({ release, program }) => ({
    peer: `ours-node${release}`, program, title: `Node ${execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()}`,
  })),
]

const measured = (program: string, ...rest: string[]) => JSON.parse(execFileSync(program, [client, ...rest], { encoding: 'utf8' })) as CipherCosts

/** Seconds for a gigabyte of whole packets in OpenSSL's own loop. */
function openssl(...direction: string[]): number {
  const said = execFileSync('openssl', ['speed', '-mr', '-seconds', '2', '-bytes', String(BODY), '-aead', ...direction, '-evp', 'aes-128-gcm'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return 1e9 / Number(/^\+F:.*:([\d.]+)$/m.exec(said)?.[1])
}

/** By peer. */
export function cipherCosts(run: Run): Map<string, CipherCosts> {
  const all = new Map<string, CipherCosts>()
  const keep = (name: string, costs: CipherCosts) => {
    all.set(name, costs)
    run.say(`aes128-gcm ${name}: ${JSON.stringify(costs)}`)
  }
  for (const { peer, program } of nodes) keep(peer, measured(program))
  keep(THEIRS, measured(process.execPath, addonFile))
  keep(OPENSSL, { sealed: openssl(), opened: openssl('-decrypt') })
  return all
}

/**
 * What Node's API of ciphers costs this library more than the addon costs npm ssh2, in CPU seconds per gigabyte of data. Small packets are not sealed with it.
 * @param kind what is done with the data
 */
export const moreForCiphers = (all: ReadonlyMap<string, CipherCosts>, ours: string, kind: keyof CipherCosts) => all.get(ours)![kind] - all.get(THEIRS)![kind]

export function cipherTable(all: ReadonlyMap<string, CipherCosts>): string {
  const titles = new Map([
    ...nodes.map(({ peer, title }) => [peer, `\`node:crypto\` as this library uses it, ${title}`] as const), [THEIRS, `the addon of npm ssh2, Node ${process.versions.node}`],
    [OPENSSL, 'OpenSSL by itself: `openssl speed -aead`'],
  ])
  return [
    '| | sealed, s/GB | opened, s/GB |', '|---|--:|--:|',
    ...[...all].map(([name, { sealed, opened }]) => `| ${[titles.get(name), digits(sealed), digits(opened)].join(' | ')} |`), '',
  ].join('\n')
}
