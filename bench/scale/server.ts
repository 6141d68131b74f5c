/** A server for more sessions than anybody wants sshd processes: npm ssh2's, in a process of its own. Prints its address; ends with stdin. */
import { startSsh2Server } from '../../test/support/ssh2-server.ts'

const server = await startSsh2Server({ hostKeyTypes: ['ed25519'] })
console.log(JSON.stringify({ port: server.port, user: server.user, fingerprint: server.hostKeys[0]!.fingerprint }))
process.stdin.resume().once('end', () => process.exit(0))
