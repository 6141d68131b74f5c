/// The Worker of `npm run bench:edge:kit` that reads a file as sftp-to-r2 does, and drops it: what a copy costs without R2, which miniflare only simulates.
import { logIn } from '../../examples/edge-kit/server.ts'
import type { Env } from '../../examples/edge-kit/run-command/worker.ts'

const PART = 8 << 20

/** Where workerd was started with `--expose-gc`: collects the garbage after each part. */
const collect = (globalThis as { gc?: () => void }).gc

export default {
  /** The body is the path of the file; the answer, its bytes. */
  async fetch(request: Request, env: Env): Promise<Response> {
    await using client = await logIn(env)
    await using sftp = await client.sftp()
    await using file = await sftp.open(await request.text())
    let read = 0
    for (let part = PART; part === PART; read += part) {
      part = (await file.read(PART, read)).length
      collect?.()
    }
    return new Response(String(read))
  },
}
