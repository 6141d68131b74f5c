/// A Worker: `workerd test` calls `test`.
import { connectTcp } from 'libssh2-wasm/cloudflare'
import { runSuite } from '../suite/run.ts'

export default {
  test: (_: unknown, { CONTROLLER }: { CONTROLLER: string }) => runSuite({ controller: CONTROLLER, route: 'tcp', dial: connectTcp }),
}
