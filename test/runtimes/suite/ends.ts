/// How things end: aborts, servers that refuse or go away.
import { connect, insecureAcceptAnyHostKey, SSHError } from 'libssh2-wasm'
import { type Case, login, throughGateway } from './case.ts'
import { ensure, equal, reasonOf, rejection, within } from './check.ts'

/** Aborts a little later. */
function abortSoon(): { signal: AbortSignal, reason: Error } {
  const controller = new AbortController()
  const reason = new Error('no longer wanted')
  setTimeout(() => controller.abort(reason), 100)
  return { signal: controller.signal, reason }
}

/** Input that never comes and never ends: the command ends with its session, and is not left behind. */
const silence = () => new ReadableStream<Uint8Array>({ pull: () => new Promise<void>(() => {}) })

export const ends: readonly Case[] = [
  {
    feature: 'abort', name: 'an abort rejects with its reason, and the session goes on',
    async run(target) {
      await using client = await login(target)
      await using files = await client.sftp()
      for (const start of [
        (signal: AbortSignal) => client.run('cat', { stdin: silence(), signal }),
        async (signal: AbortSignal) => { for (;;) await files.readFile(target.environment.file.path, { signal }) },
      ]) {
        const { signal, reason } = abortSoon()
        equal(await within(10_000, reasonOf(start(signal))) === reason, true, 'the reason')
        equal((await client.run('echo on')).stdout, 'on\n', 'output')
      }
      equal((await files.stat(target.environment.file.path)).size, 20_000_000, 'size')
    },
  },
  {
    feature: 'abort', name: 'connecting to a server that says nothing can be aborted, and has a time limit',
    async run(target) {
      const { signal, reason } = abortSoon()
      const port = target.environment.silentPort
      equal(await within(10_000, reasonOf(login(target, { port, signal }))) === reason, true, 'the reason')
      const late = await within(10_000, rejection(SSHError, login(target, { port, connectTimeout: 100 })))
      equal(late.code, 'ERR_CONNECT_TIMEOUT', 'code')
    },
  },
  {
    feature: 'typed errors', name: 'a port where nobody listens; without TCP, connect({ host }) says what to do instead',
    async run(target) {
      const { host, port, username } = target.environment
      const error = await within(20_000, reasonOf(login(target, { port: target.environment.refusingPort })))
      ensure(error instanceof Error && !(error instanceof TypeError), `an error of the connection: ${String(error)}`)
      if (target.route === 'tcp') return
      // The WebSocket was open already when the gateway found that out; the session tells its end, with the gateway's words as the cause.
      const cause = (error as SSHError).cause as SSHError
      equal([cause.code, cause.message.includes('4502')], ['ERR_WEBSOCKET', true], `code and message: ${cause.message}`)
      const direct = await rejection(SSHError, connect({ host, port, username, hostKey: insecureAcceptAnyHostKey() }))
      equal(direct.code, 'ERR_NO_TCP', 'code')
    },
  },
  {
    feature: 'typed errors', name: 'a server that closes at once, and one that goes away in the middle',
    async run(target) {
      const closed = await within(20_000, rejection(SSHError, login(target, { port: target.environment.closingPort })))
      ensure(/^ERR_LIBSSH2_SOCKET_/.test(closed.code), `code: ${closed.code}`)
      await using client = await login(target)
      const running = rejection(SSHError, client.run('cat', { stdin: silence() }))
      // sshd serves each connection in a process of its own: the parent of the command.
      const killer = reasonOf(client.run('kill -KILL $PPID'))
      ensure(/^ERR_LIBSSH2_SOCKET_/.test((await within(20_000, running)).code), 'code of a command that was running')
      await killer
      const { expected, error } = await within(20_000, client.closed)
      equal([expected, error instanceof SSHError], [false, true], 'closed')
      ensure(await reasonOf(client.run('echo late')) instanceof SSHError, 'later calls are refused')
    },
  },
  {
    feature: 'WebSocket', name: 'through a gateway with the runtime\'s own WebSocket, 1 MB both ways', lacks: () => typeof WebSocket === 'function' ? undefined : 'this runtime has no WebSocket of its own',
    async run(target) {
      await using client = await login(target, { transport: await throughGateway(target, target.environment.port) })
      const stdin = new Uint8Array(1_000_000).fill(97)
      const { stdoutBytes } = await client.run('cat', { stdin })
      ensure(stdoutBytes.length === stdin.length && stdoutBytes.every((byte) => byte === 97), 'the same comes back')
    },
  },
]
