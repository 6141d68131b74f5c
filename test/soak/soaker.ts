/** The process that is watched: `node --expose-gc … soaker.ts JOB` soaks, and prints samples and results as lines of JSON. */
import { readFileSync } from 'node:fs'
import { pinned, publicKey } from 'libssh2-wasm'
import { atOnce } from './cases/at-once.ts'
import { connections } from './cases/connections.ts'
import { gigabytes } from './cases/gigabytes.ts'
import { idle } from './cases/idle.ts'
import { type CaseName, type Done, type Job, sleep, type Soaking } from './job.ts'
import { held, Sampler } from './sampler.ts'

const CASES: Readonly<Record<CaseName, (soaking: Soaking) => Promise<Done>>> = { connections, 'at-once': atOnce, 'at-once-shared': atOnce, gigabytes, idle }

const print = (line: object): void => { process.stdout.write(`${JSON.stringify(line)}\n`) }
const job = JSON.parse(process.argv[2] as string) as Job
const { host, port, user, keyFile, fingerprints } = job.target
const options = { host, port, username: user, auth: [publicKey(readFileSync(keyFile, 'utf8'))], hostKey: pinned([...fingerprints]) }

/** Sockets are gone a little after they are closed. */
async function settled(most: { readonly descriptors: number, readonly handles: number }): Promise<ReturnType<typeof held>> {
  for (let tries = 0; ; tries++) {
    const now = held()
    if (tries === 50 || now.descriptors <= most.descriptors && now.handles <= most.handles) return now
    await sleep(100)
  }
}

print({ begin: true })
const before = held()
const end = performance.now() + job.most * 60_000
const done = await CASES[job.name]({ job, options, over: () => performance.now() > end, sampler: new Sampler(job.every, (sample) => print({ sample })) })
const after = await settled(before)
print({ done, left: { descriptors: after.descriptors - before.descriptors, handles: after.handles - before.handles } })
