/** Runs in the page: the same workloads as on Node, over a WebSocket to the gateway. */
import { WebSocketStream } from '@microsoft/dev-tunnels-ssh'
import { connect, pinned, publicKey } from 'libssh2-wasm'
import { connectWebSocket } from 'libssh2-wasm/websocket'
import { connectOver } from '../peers/dev-tunnels-session.ts'
import { connection } from '../peers/libssh2-wasm-session.ts'
import type { Job, Library, Timing } from '../types.ts'
import { echo } from '../workloads/echo.ts'
import { execDownload } from '../workloads/exec-download.ts'
import { execUpload } from '../workloads/exec-upload.ts'
import { firstOutput } from '../workloads/first-output.ts'

export interface PageJob extends Job {
  /** The WebSocket that leads to the server, and its subprotocols. */
  readonly url: string
  readonly protocols: readonly string[]
  /** Texts of the keys. */
  readonly key: string
  readonly pkcs8Key: string
}

const libraries: Record<string, (job: PageJob) => Library> = {
  ours: ({ url, protocols, key }) => ({
    async connect({ host, port, user, fingerprint }, cipher) {
      return connection(await connect({
        host, port, transport: await connectWebSocket(url, { protocols }), username: user, hostKey: pinned(fingerprint), auth: [publicKey(key)],
        ...cipher === undefined ? {} : { algorithms: { cipher: [cipher] } },
      }))
    },
  }),
  'dev-tunnels': ({ url, protocols, pkcs8Key }) => ({
    async connect({ user }, cipher) {
      const socket = new WebSocket(url, [...protocols])
      socket.binaryType = 'arraybuffer'
      await new Promise((resolve, reject) => {
        socket.onopen = resolve
        socket.onerror = reject
      })
      return connectOver(new WebSocketStream(socket), pkcs8Key, user, cipher)
    },
  }),
}

async function runJob(name: string, job: PageJob): Promise<Timing> {
  const workload = [execDownload, execUpload, firstOutput, echo].find((each) => each.name === job.workload)
  if (!workload) throw new Error(`${job.workload} does not run in a page`)
  return workload.run(libraries[name]!(job), job)
}

const { peer, job } = await (await fetch('/job')).json() as { peer: string, job: PageJob }
const result = await runJob(peer, job).then((timing) => ({ timing }), (error: unknown) => ({ error: String(error) }))
await fetch('/result', { method: 'POST', body: JSON.stringify(result) })
