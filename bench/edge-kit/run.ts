/**
 * `npm run bench:edge:kit`: CPU and memory of the Workers of examples/edge-kit in workerd, written into the table of its README. The figures of CPU are the least of the
 * rounds; memory is what workerd holds more than with a Worker that did nothing. `-- --only sftp-to-r2` measures one Worker, and leaves the rows of the others.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { open } from '../../test/gateway/client.ts'
import { tcpTarget } from '../../test/gateway/rig.ts'
import { bundleWorker, startWorkerGateway } from '../../test/gateway/worker-module.ts'
import { API_TOKEN, bundleEdgeWorker, run, serverBindings, startEdgeWorker } from '../../test/edge-kit/rig.ts'
import { startSshd } from '../../test/support/sshd.ts'
import { temporaryDirectory } from '../../test/support/temporary.ts'
import { startWorkerd, type Workerd } from '../../test/support/workerd.ts'
import { cost, type Cpu, least, peakOf, residentOf } from '../worker-cpu.ts'

const ROUNDS = 5
const REQUESTS = 40
/** MB of a file or stream. */
const MEGABYTES = 64

const { values: { only } } = parseArgs({ options: { only: { type: 'string' } } })
const WORKERS = ['run-command', 'kept-terminal', 'sftp-to-r2', 'gateway-do'] as const
if (only !== undefined && !WORKERS.some((worker) => worker === only)) throw new TypeError(`--only takes ${WORKERS.join(', ')}`)
const asked = (worker: typeof WORKERS[number]) => only === undefined || only === worker

const rows: string[] = []
const row = (worker: typeof WORKERS[number], what: string, cpu: Cpu | undefined, memory?: number) => {
  rows.push(`| ${worker} | ${what} | ${cpu ? `${cpu.main.toFixed(2)} ms` : ''} | ${cpu ? `${cpu.all.toFixed(2)} ms` : ''} | ${memory === undefined ? '' : `${(memory / 1e6).toFixed(0)} MB`} |`)
  console.log(rows.at(-1))
}

async function rounds({ pid }: Workerd, count: number, share: number, work: () => Promise<void>): Promise<Cpu> {
  const repeated = () => cost(pid, count * share, async () => { for (let at = 0; at < count; at++) await work() })
  await repeated()
  const measured = []
  for (let round = 0; round < ROUNDS; round++) measured.push(await repeated())
  return least(measured)
}

const folder = temporaryDirectory('bench-edge-kit')
cpSync(new URL('worker.ts', import.meta.url), folder.file('bench/edge-kit/worker.ts'))
await using server = await startSshd()
const bindings = serverBindings(server)

if (asked('run-command')) {
  await using worker = await startEdgeWorker(await bundleEdgeWorker(folder), server)
  const idle = residentOf(worker.pid)
  row('run-command', 'a request: login, host key checked, one command', await rounds(worker, REQUESTS, 1, async () => void await (await run(worker, 'hello')).text()), residentOf(worker.pid) - idle)
}
if (asked('kept-terminal')) {
  const modules = await bundleEdgeWorker(folder, 'examples/edge-kit/kept-terminal/worker.ts')
  await using worker = await startWorkerd({ modules, bindings, durableObjects: { TERMINALS: 'KeptTerminal' } })
  const idle = residentOf(worker.pid)
  const call = async (name: string, method: string, body?: string) => {
    const response = await fetch(`${worker.url}/${name}`, { method, headers: { authorization: `Bearer ${API_TOKEN}` }, ...body !== undefined && { body } })
    if (!response.ok) throw new Error(await response.text())
    await response.text()
  }
  row('kept-terminal', 'the first command of a session, and its end', await rounds(worker, REQUESTS, 1, async () => {
    await call('first/run', 'POST', 'true')
    await call('first', 'DELETE')
  }))
  row('kept-terminal', 'a further command', await rounds(worker, REQUESTS * 5, 1, () => call('kept/run', 'POST', 'true')), residentOf(worker.pid) - idle)
}
if (asked('sftp-to-r2')) {
  const path = folder.file('file')
  writeFileSync(path, Buffer.alloc(MEGABYTES * 1e6, 'content of a file'))
  const modules = await bundleEdgeWorker(folder, 'bench/edge-kit/worker.ts')
  const readBy = async ({ url }: Workerd) => {
    const read = await (await fetch(url, { method: 'POST', body: path })).text()
    if (read !== String(MEGABYTES * 1e6)) throw new Error(`the Worker has read ${read}`)
  }
  {
    await using worker = await startEdgeWorker(modules, server)
    const idle = residentOf(worker.pid)
    row('sftp-to-r2', 'each MB that it reads and deciphers, in parts of 8 MiB; without R2', await rounds(worker, 1, MEGABYTES, () => readBy(worker)), residentOf(worker.pid) - idle)
  }
  await using worker = await startEdgeWorker(modules, server, {}, ['--expose-gc'])
  const idle = residentOf(worker.pid)
  for (let round = 0; round <= ROUNDS; round++) await readBy(worker)
  row('sftp-to-r2', 'the same, with the garbage collected after each part: the most that was held', undefined, peakOf(worker.pid) - idle)
}
if (asked('gateway-do')) {
  await using target = await tcpTarget((socket) => void socket.end(Buffer.alloc(MEGABYTES * 1e6)))
  await using worker = await startWorkerGateway(await bundleWorker(folder), [`127.0.0.1:${target.port}`], { durableObjects: { GATEWAY_SESSIONS: 'GatewaySession' } })
  const idle = residentOf(worker.pid)
  const take = async () => {
    const { transport } = await open(worker.url, target.port)
    let received = 0
    for await (const chunk of transport.readable) received += (chunk as Uint8Array).length
    if (received !== MEGABYTES * 1e6) throw new Error(`${received} bytes have come`)
  }
  row('gateway-do', 'each MB to a browser, as ciphertext', await rounds(worker, 1, MEGABYTES, take), residentOf(worker.pid) - idle)
}
folder.remove()

const readme = fileURLToPath(new URL('../../examples/edge-kit/README.md', import.meta.url))
const [BEGIN, END] = ['<!-- costs: written by npm run bench:edge:kit -->', '<!-- /costs -->']
const text = readFileSync(readme, 'utf8')
const measured = new Set(rows.map((line) => line.split(' ')[1]))
const kept = text.slice(text.indexOf(BEGIN), text.indexOf(END)).split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Worker ') && !measured.has(line.split(' ')[1]))
const order = (line: string) => WORKERS.findIndex((worker) => worker === line.split(' ')[1])
rows.push(...kept)
rows.sort((one, other) => order(one) - order(other))
const table = ["| Worker | for | the Worker's thread | all threads | workerd holds more |", '|---|---|--:|--:|--:|', ...rows].join('\n')
writeFileSync(readme, `${text.slice(0, text.indexOf(BEGIN))}${BEGIN}\n${table}\n${text.slice(text.indexOf(END))}`)
