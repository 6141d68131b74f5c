/** Chromium, a server for its page and its job, and the gateway between it and the SSH server. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startGateway } from '../../examples/gateway/node.ts'
import { descendants, startPeer } from '../../test/support/process.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import type { Peer } from '../peers/peer.ts'
import type { Job, Sample, Target, Timing } from '../types.ts'
import { processorSeconds, residentPeak } from './proc.ts'

export const CHROMIUM = '/usr/bin/chromium'
const FILES: Readonly<Record<string, string>> = { '/page.js': 'text/javascript', '/libssh2.wasm': 'application/wasm' }
const TOKEN = crypto.randomUUID()
const FLAGS = ['--headless=new', '--no-sandbox', '--no-first-run', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions', '--mute-audio']
/** The longest that one run may take, in milliseconds. */
const LIMIT = 120_000

export interface BrowserLink {
  [Symbol.asyncDispose](): Promise<void>
  readonly peers: readonly Peer[]
}

/** Looks at a run from outside, such as a profiler. */
export interface Observer {
  /** Further ones of Chromium. */
  readonly flags: readonly string[]
  /** The page asks for its job. @param pids Chromium and all its processes */
  begin(pids: readonly number[]): Promise<void>
  /** The page has its result; the processes are still there. */
  end(): Promise<void>
}

interface Desk {
  /** Called when the page asks for its job. @returns the job */
  begin(): Promise<unknown>
  end(result: { readonly timing?: Timing, readonly error?: string }): Promise<void>
}

/** The page fetches its job and posts its result itself. A debugger would receive a copy of each WebSocket frame as text, and dominate the measurement. */
async function serve(desk: () => Desk | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const { url = '/' } = request
    const type = FILES[url]
    if (type) response.writeHead(200, { 'content-type': type }).end(readFileSync(fileURLToPath(new URL(`page${url}`, import.meta.url))))
    else if (url === '/job') void desk()?.begin().then((job) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(job)))
    else if (url === '/result') void text(request).then((body) => desk()?.end(JSON.parse(body) as Parameters<Desk['end']>[0])).finally(() => response.end())
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

export async function openBrowser(target: Target, observer?: Observer): Promise<BrowserLink> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    return await open(target, closers, close, observer)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(target: Target, closers: (() => unknown)[], close: () => Promise<void>, observer: Observer | undefined): Promise<BrowserLink> {
  let desk: Desk | undefined
  const pages = await serve(() => desk)
  closers.push(() => {
    pages.close()
    pages.closeAllConnections()
  })
  const gateway = await startGateway({ token: TOKEN, allow: [`127.0.0.1:${target.port}`] })
  closers.push(() => gateway.close())
  const context = {
    url: `${gateway.url}/tcp/127.0.0.1/${target.port}`,
    protocols: ['binary', `token.${Buffer.from(TOKEN).toString('base64url')}`],
    key: readFileSync(target.keyFile, 'utf8'),
    pkcs8Key: readFileSync(target.pkcs8KeyFile, 'utf8'),
  }
  const run = async (name: string, job: Job): Promise<Sample> => {
    using profile = temporaryDirectory('bench-chromium')
    const chromium = await startPeer(CHROMIUM, [...FLAGS, ...observer?.flags ?? [], `--user-data-dir=${profile.path}`, `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`])
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<Sample>((resolve, reject) => {
        const family = () => [chromium.pid, ...descendants(chromium.pid)]
        timer = setTimeout(() => reject(new Error(`took longer than ${LIMIT / 1000} s`)), LIMIT)
        void chromium.exited.then((code) => reject(new Error(`Chromium ended with ${code}`)))
        let before = 0
        desk = {
          async begin() {
            await observer?.begin(family())
            before = processorSeconds(family())
            return { peer: name, job: { ...job, ...context } }
          },
          async end({ timing, error }) {
            const cpu = processorSeconds(family()) - before
            await observer?.end()
            if (timing) resolve({ ...timing, cpu, memory: residentPeak(family()) })
            else reject(new Error(`in the page: ${error}`))
          },
        }
      })
    } finally {
      clearTimeout(timer)
      desk = undefined
      await chromium.kill()
    }
  }
  const peer = (name: string, title: string, ciphers: readonly string[]): Peer => ({
    name, title, ciphers,
    can: (workload) => ['exec-download', 'exec-upload', 'first-output', 'echo'].includes(workload),
    run: (job) => run(name, job),
  })
  return {
    peers: [
      peer('ours', 'libssh2-wasm', ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr']),
      peer('dev-tunnels', 'dev-tunnels-ssh', ['aes256-gcm@openssh.com', 'aes256-ctr']),
    ],
    [Symbol.asyncDispose]: close,
  }
}
