/** Chromium with one page per run, a server for its files, and the gateway between it and the SSH server. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startGateway } from '../../examples/gateway/node.ts'
import { descendants } from '../../test/support/process.ts'
import type { Peer } from '../peers/peer.ts'
import type { Job, Sample, Target, Timing } from '../types.ts'
import type { PageJob } from './page.ts'
import { processorSeconds, residentPeak } from './proc.ts'

export const CHROMIUM = '/usr/bin/chromium'
const FILES: Readonly<Record<string, string>> = { '/page.js': 'text/javascript', '/libssh2.wasm': 'application/wasm' }
const TOKEN = crypto.randomUUID()

export interface BrowserLink {
  [Symbol.asyncDispose](): Promise<void>
  readonly peers: readonly Peer[]
}

async function serveFiles(): Promise<Server> {
  const server = createServer(({ url = '/' }, response) => {
    const type = FILES[url]
    if (type) response.writeHead(200, { 'content-type': type }).end(readFileSync(fileURLToPath(new URL(`page${url}`, import.meta.url))))
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

export async function openBrowser(target: Target): Promise<BrowserLink> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each()
  }
  try {
    return await open(target, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function open(target: Target, closers: (() => unknown)[], close: () => Promise<void>): Promise<BrowserLink> {
  const files = await serveFiles()
  closers.push(() => files.close())
  const gateway = await startGateway({ token: TOKEN, allow: [`127.0.0.1:${target.port}`] })
  closers.push(() => gateway.close())
  const browser = await chromium.launchServer({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  closers.push(() => browser.close())
  const client = await chromium.connect(browser.wsEndpoint())
  closers.push(() => client.close())
  const context = {
    url: `${gateway.url}/tcp/127.0.0.1/${target.port}`,
    protocols: ['binary', `token.${Buffer.from(TOKEN).toString('base64url')}`],
    key: readFileSync(target.keyFile, 'utf8'),
    pkcs8Key: readFileSync(target.pkcs8KeyFile, 'utf8'),
  }
  const run = async (name: string, job: Job): Promise<Sample> => {
    const page = await client.newPage()
    try {
      const failed = new Promise<never>((_, reject) => page.once('pageerror', (error) => reject(new Error(`in the page: ${error.message}`))))
      failed.catch(() => undefined)
      await page.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}/`)
      await Promise.race([page.waitForFunction('globalThis.runJob'), failed])
      const family = () => descendants(browser.process().pid!)
      const before = processorSeconds(family())
      const evaluation = page.evaluate(([peer, text]) => (globalThis as unknown as { runJob: (peer: string, job: PageJob) => Promise<Timing> }).runJob(peer!, JSON.parse(text!) as PageJob), [name, JSON.stringify({ ...job, ...context })])
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error('took longer than 2 minutes')), 120_000) })
      const timing = await Promise.race([evaluation, late, failed]).finally(() => clearTimeout(timer))
      return { ...timing, cpu: processorSeconds(family()) - before, memory: residentPeak(family()) }
    } finally {
      await page.close()
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
