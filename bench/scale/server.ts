/** A server for more sessions than sshd processes are practical for: npm ssh2's, in a separate process. Prints its address; ends with stdin. */
import { startSsh2Server } from '../../test/support/ssh2-server.ts'

const server = await startSsh2Server({ hostKeyTypes: ['ed25519'] })
console.log(JSON.stringify({ port: server.port, user: server.user, fingerprint: server.hostKeys[0]!.fingerprint }))
process.stdin.resume().once('end', () => process.exit(0))
