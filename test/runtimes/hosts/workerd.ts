/// A Worker: `workerd test` calls `test`.
import { connect } from 'cloudflare:sockets'
import { runSuite } from '../suite/run.ts'

async function dial({ host, port }: { readonly host: string, readonly port: number }) {
  const socket = connect({ hostname: host, port })
  await socket.opened
  return socket
}

export default {
  test: (_: unknown, { CONTROLLER }: { CONTROLLER: string }) => runSuite({ controller: CONTROLLER, route: 'tcp', dial }),
}
