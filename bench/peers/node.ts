/** The client libraries in JavaScript, each in its own Node process. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Timing } from '../types.ts'
import { measured } from './measured.ts'
import { CIPHERS, type Peer } from './peer.ts'

/** This file runs from build/bench/, beside these. */
const client = fileURLToPath(new URL('client.js', import.meta.url))
export const addonPackage = fileURLToPath(new URL('ssh2', import.meta.url))
export const addonFile = `${addonPackage}/lib/protocol/crypto/build/Release/sshcrypto.node`
const plainPackage = fileURLToPath(new URL('ssh2-plain', import.meta.url))
/** The drop-in, as in a project with the override. */
const dropInPackage = fileURLToPath(new URL('../../packages/ssh2-wasm', import.meta.url))

interface NodePeer {
  readonly name: string
  readonly title: string
  /** The name for client.ts. */
  readonly library: string
  readonly ciphers?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly missing?: () => string | undefined
  /** The workloads that it supports, if not all. */
  readonly only?: RegExp
  /** Another Node than this one. */
  readonly program?: string
  /** Options of Node itself. */
  readonly flags?: readonly string[]
}

function nodePeer({ name, title, library, ciphers = CIPHERS, env, missing, only, program = process.execPath, flags = [] }: NodePeer): Peer {
  return {
    name, title, ciphers,
    ...missing ? { missing } : {},
    can: (workload) => only?.test(workload) ?? true,
    async run(job, enter) {
      const { stdout, cpu, memory } = await measured([...enter, program, ...flags, client, library, JSON.stringify(job)], { ...env ? { env } : {} })
      return { ...JSON.parse(stdout) as Timing, cpu, memory }
    },
  }
}

const noAddon = () => (existsSync(addonFile) ? undefined : 'its addon could not be built: build/bench/ssh2.log')

const ours: readonly NodePeer[] = [
  { name: 'ours', title: 'libssh2-wasm', library: 'libssh2-wasm', ciphers: [...CIPHERS, 'aes256-gcm@openssh.com'] },
  { name: 'ours-wasm', title: 'libssh2-wasm, ciphers in WebAssembly', library: 'libssh2-wasm', env: { BENCH_HOST_CRYPTO: 'off' } },
]

/** This library with other releases of Node, as scripts/install-runtimes.sh installs them: only the transfers, because garbage collectors and ciphers differ. */
const otherNodes = [22, 24].filter((release) => !process.version.startsWith(`v${release}.`)).map((release): NodePeer => {
  const program = `.cache/runtimes/bin/node${release}`
  return {
    name: `ours-node${release}`, title: `libssh2-wasm, Node ${release}`, library: 'libssh2-wasm', program, only: /^(exec-(down|up)load|sftp-(get|put))$/,
    missing: () => (existsSync(program) ? undefined : `Node ${release} is not installed (scripts/install-runtimes.sh)`),
  }
})

const all: readonly NodePeer[] = [
  ...ours,
  ...otherNodes,
  { name: 'drop-in', title: 'libssh2-wasm/ssh2, the drop-in', library: 'ssh2', env: { BENCH_SSH2: dropInPackage }, ciphers: [...CIPHERS, 'aes256-gcm@openssh.com'] },
  { name: 'ssh2-addon', title: 'npm ssh2 with its native addon', library: 'ssh2', env: { BENCH_SSH2: addonPackage }, missing: noAddon },
  { name: 'ssh2', title: 'npm ssh2 without a compiler', library: 'ssh2', env: { BENCH_SSH2: plainPackage } },
  { name: 'dev-tunnels', title: 'dev-tunnels-ssh', library: 'dev-tunnels', ciphers: ['aes256-gcm@openssh.com', 'aes256-ctr'], only: /^(?!sftp)/ },
  { name: 'link', title: 'the link alone (TCP)', library: 'tcp-echo', ciphers: [], only: /^echo$/ },
]

export const nodePeers: readonly Peer[] = all.map(nodePeer)

/** One of them, with options of Node itself. */
export function peerWith(name: string, flags: readonly string[]): Peer {
  const peer = all.find((one) => one.name === name)
  if (!peer) throw new Error(`there is no peer ${name}`)
  return nodePeer({ ...peer, flags })
}
