/** What Node's API of ciphers costs, which makes an object for each packet, beside an addon that keeps one, and OpenSSL by itself. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { addonFile } from '../peers/node.ts'
import { digits } from '../report/table.ts'
import type { CipherCosts, Found } from './gcm-client.ts'
import { ADJUSTMENT, BODY } from './packet-sizes.ts'
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

/** Seconds for a byte of whole packets in OpenSSL's own loop. */
function openssl(body: number, ...direction: string[]): number {
  const said = execFileSync('openssl', ['speed', '-mr', '-seconds', '2', '-bytes', String(body), '-aead', ...direction, '-evp', 'aes-128-gcm'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return 1 / Number(/^\+F:.*:([\d.]+)$/m.exec(said)?.[1])
}

const opensslBoth = (body: number, scale: number): Found => ({ sealed: openssl(body) * scale, opened: openssl(body, '-decrypt') * scale })

/** By peer. */
export function cipherCosts(run: Run): Map<string, CipherCosts> {
  const all = new Map<string, CipherCosts>()
  const keep = (name: string, costs: CipherCosts) => {
    all.set(name, costs)
    run.say(`aes128-gcm ${name}: ${JSON.stringify(costs)}`)
  }
  for (const { peer, program } of nodes) keep(peer, measured(program))
  keep(THEIRS, measured(process.execPath, addonFile))
  keep(OPENSSL, { data: opensslBoth(BODY, 1e9), adjustment: opensslBoth(ADJUSTMENT, ADJUSTMENT * 1e6) })
  return all
}

/**
 * What Node's API of ciphers costs this library more than the addon costs npm ssh2, in CPU seconds per gigabyte.
 * @param kind what is done with the data @param adjustments per gigabyte
 */
export function moreForCiphers(all: ReadonlyMap<string, CipherCosts>, ours: string, kind: keyof Found, adjustments: Found): number {
  const [here, there] = [all.get(ours)!, all.get(THEIRS)!]
  const small = (['sealed', 'opened'] as const).map((each) => (here.adjustment[each] - there.adjustment[each]) / 1e6 * adjustments[each])
  return here.data[kind] - there.data[kind] + small[0]! + small[1]!
}

export function cipherTable(all: ReadonlyMap<string, CipherCosts>): string {
  const titles = new Map([
    ...nodes.map(({ peer, title }) => [peer, `\`node:crypto\` as this library uses it, ${title}`] as const), [THEIRS, `the addon of npm ssh2, Node ${process.versions.node}`],
    [OPENSSL, 'OpenSSL by itself: `openssl speed -aead`'],
  ])
  return [
    '| | data sealed, s/GB | opened, s/GB | adjustment sealed, µs | opened, µs |', '|---|--:|--:|--:|--:|',
    ...[...all].map(([name, { data, adjustment }]) => `| ${[titles.get(name), ...[data.sealed, data.opened, adjustment.sealed, adjustment.opened].map(digits)].join(' | ')} |`), '',
  ].join('\n')
}
