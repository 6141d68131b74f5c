/// The Worker of `npm run bench:edge:split`: POST /STAGE does what the request of examples/edge-kit/run-command does, up to that stage, and stops there.
import { connect, knownHosts, parsePrivateKey, publicKey } from 'libssh2-wasm'
import { Instance, Session } from 'libssh2-wasm/bindings'
import { connectTcp } from 'libssh2-wasm/cloudflare'
import type { Env as WorkerEnv } from '../../examples/edge-kit/run-command/worker.ts'

interface Env extends WorkerEnv {
  /** A server on the same host that answers with what it gets. */
  readonly ECHO_PORT: string
}

const address = (env: Env) => ({ host: env.SSH_HOST, port: Number(env.SSH_PORT) })

/** By name, each with all the work of a stage, and with nothing that another one adds. */
const STAGES: Readonly<Record<string, (env: Env) => Promise<unknown>>> = {
  request: async () => {},
  async socket(env) {
    const socket = await connectTcp(address(env))
    const reader = socket.readable!.getReader()
    await reader.read()
    await reader.cancel()
    await socket.writable!.close()
  },
  echo: (env) => echo(env, 1),
  echoes: (env) => echo(env, 11),
  instance: () => Instance.create(),
  key: (env) => parsePrivateKey(env.SSH_PRIVATE_KEY),
  async sign(env) {
    const key = await parsePrivateKey(env.SSH_PRIVATE_KEY)
    await key.sign(new Uint8Array(300), 'ssh-ed25519')
  },
  async handshake(env) {
    const session = await Session.create(await connectTcp(address(env)))
    await session.complete(() => session.handshake())
    session.free()
  },
  async connect(env) {
    const client = await login(env)
    await client.close()
  },
  async command(env) {
    const client = await login(env)
    await client.run('echo hello')
    await client.close()
  },
  async commands(env) {
    const client = await login(env)
    for (let at = 0; at < 11; at++) await client.run('echo hello')
    await client.close()
  },
}

/** As many round trips over TCP as `times` with as few bytes as a message of SSH has: what a message and its answer cost in the runtime alone. */
async function echo(env: Env, times: number): Promise<void> {
  const socket = await connectTcp({ host: env.SSH_HOST, port: Number(env.ECHO_PORT) })
  const [reader, writer] = [socket.readable!.getReader(), socket.writable!.getWriter()]
  for (let at = 0; at < times; at++) {
    await writer.write(new Uint8Array(52))
    for (let got = 0; got < 52;) got += (await reader.read()).value?.length ?? 52
  }
  await reader.cancel()
  await writer.close()
}

function login(env: Env) {
  return connect({ ...address(env), username: env.SSH_USER, hostKey: knownHosts(env.SSH_KNOWN_HOSTS), auth: [publicKey(env.SSH_PRIVATE_KEY)] })
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    await STAGES[new URL(request.url).pathname.slice(1)]?.(env)
    return new Response('done')
  },
}
