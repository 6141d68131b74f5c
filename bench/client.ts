/** The measured process: `node client.js LIBRARY JOB` runs one job with one client library and prints its timing as JSON. */
import type { Job, Library } from './types.ts'
import { workloads } from './workloads/all.ts'

const libraries: Record<string, () => Promise<{ library: Library }>> = {
  'libssh2-wasm': () => import('./peers/libssh2-wasm.ts'),
  ssh2: () => import('./peers/ssh2.ts'),
  'tcp-echo': () => import('./peers/tcp-echo.ts'),
  'dev-tunnels': () => import('./peers/dev-tunnels.ts'),
}

const [, , name = '', text = ''] = process.argv
const job = JSON.parse(text) as Job
const load = libraries[name]
const workload = workloads.find((each) => each.name === job.workload)
if (!load || !workload) throw new Error(`there is no ${name} or no ${job.workload}`)
const { library } = await load()
const timing = await workload.run(library, job)
await new Promise((resolve) => process.stdout.write(JSON.stringify(timing), resolve))
// Does not wait for what a library leaves open.
process.exit(0)
