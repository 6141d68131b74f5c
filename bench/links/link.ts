/** What lies between a client and the server. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CHROMIUM, openBrowser } from '../browser/browser-link.ts'
import type { Peer } from '../peers/peer.ts'
import type { Target } from '../types.ts'

export interface Link extends AsyncDisposable {
  readonly name: string
  readonly title: string
  readonly target: Target
  /** Words before a client's command that put it on the far side. */
  readonly enter: readonly string[]
  /** The peers on this side, if not the usual ones. */
  readonly peers?: readonly Peer[]
}

interface LinkKind {
  readonly title: string
  /** Why it is unavailable here, if it is. */
  missing?(): string | undefined
  open(target: Target): Promise<Omit<Link, 'name' | 'title'>>
}

const nothing = async () => {}

/** Files of build/bench/, where this runs. */
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A program that prints one line of JSON when it is ready and ends when its stdin does. */
async function helper(command: string, args: readonly string[]): Promise<{ child: ChildProcess, said: string }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const said = await new Promise<string>((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => reject(new Error(`${command} ${args[0]} ended with ${code}`)))
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))
  })
  return { child, said }
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.stdin?.end()
  await ended
}

/** A proxy that delays every byte by half of `milliseconds`, in both directions. */
function delayed(milliseconds: number): LinkKind {
  return {
    title: `${milliseconds} ms round trip`,
    async open(target) {
      const { child, said } = await helper(process.execPath, [beside('delay-proxy.js'), String(milliseconds / 2), String(target.port), String(target.echoPort)])
      const [port, echoPort] = JSON.parse(said) as [number, number]
      return { target: { ...target, port, echoPort }, enter: [], [Symbol.asyncDispose]: () => end(child) }
    },
  }
}

/** Pages in Chromium; they reach the server through the gateway of examples/gateway. */
const browser: LinkKind = {
  title: 'in Chromium, through the gateway',
  missing: () => (existsSync(CHROMIUM) ? undefined : `needs ${CHROMIUM}`),
  open: async (target) => ({ target, enter: [], ...await openBrowser(target) }),
}

/** Two network namespaces and a wire between them that loses packets. */
function lossy(milliseconds: number, loss: number): LinkKind {
  return {
    title: `${milliseconds} ms round trip, ${loss * 100} % of packets lost`,
    missing: () => (process.getuid?.() === 0 ? undefined : 'needs root, for network namespaces'),
    async open(target) {
      const { child, said } = await helper('python3', [beside('../../bench/links/lossy.py'), String(milliseconds / 2), String(loss), String(target.port), String(target.echoPort)])
      const { pid, host } = JSON.parse(said) as { pid: number, host: string }
      return { target: { ...target, host }, enter: ['nsenter', `--net=/proc/${pid}/ns/net`], [Symbol.asyncDispose]: () => end(child) }
    },
  }
}

export const linkKinds: Readonly<Record<string, LinkKind>> = {
  loopback: { title: 'loopback', open: async (target) => ({ target, enter: [], [Symbol.asyncDispose]: nothing }) },
  '20ms': delayed(20),
  '100ms': delayed(100),
  loss: lossy(20, 0.01),
  browser,
}

export async function openLink(name: string, target: Target): Promise<Link> {
  const kind = linkKinds[name]
  if (!kind) throw new Error(`there is no link ${name}`)
  return { name, title: kind.title, ...await kind.open(target) }
}
