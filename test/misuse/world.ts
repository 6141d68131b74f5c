import { readFileSync } from 'node:fs'
import { type Client, connect, insecureAcceptAnyHostKey, Instance, password } from '../../src/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { startSshAgent, type TestAgent } from '../support/ssh-agent.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Not root: whatever a call makes of its arguments, the server's machine survives it. */
export const login = { user: 'misuse', password: 'let me in', uid: 12345 }

/** Everything that is used wrongly lives in one instance, beside a session that must notice nothing. */
export interface World extends AsyncDisposable {
  readonly instance: Instance
  readonly server: SshServer
  readonly agent: TestAgent
  /** A private key in OpenSSH's format, and its file. */
  readonly key: { readonly path: string, readonly text: string, readonly publicKey: string }
  /** The bystander. */
  readonly sister: Client
  /** Another session on the same server, in the same instance unless told. */
  connect(): Promise<Client>
  /** What `connect()` needs to be told. */
  readonly options: Parameters<typeof connect>[0] & { readonly host: string }
}

export async function startWorld(): Promise<World> {
  const home = temporaryDirectory('misuse')
  const before = { directory: process.cwd(), home: process.env.HOME, socket: process.env.SSH_AUTH_SOCK }
  // Whatever is taken for a local path leads here.
  process.chdir(home.path)
  process.env.HOME = home.path
  delete process.env.SSH_AUTH_SOCK
  const subsystem = `Subsystem publickey ${process.execPath} publickey-subsystem.mjs keys.json`
  const [instance, server, agent, pair] = await Promise.all([Instance.create(), startSshd({ login, config: ['AllowStreamLocalForwarding yes', 'X11Forwarding yes', 'MaxAuthTries 100', subsystem] }), startSshAgent(), keyPair('ed25519', 'user')])
  agent.add(pair.path)
  const options = { host: server.host, port: server.port, username: login.user, auth: [password(login.password)], hostKey: insecureAcceptAnyHostKey(), instance, connectTimeout: 60_000 }
  const sister = await connect(options)
  await sister.run('mkdir directory; echo content > file; echo more > directory/inside; echo "[]" > keys.json; cat > publickey-subsystem.mjs', { stdin: readFileSync(new URL('../support/peers/publickey-subsystem.mjs', import.meta.url)) })
  return {
    instance, server, agent, sister, options,
    key: { path: pair.path, text: readFileSync(pair.path, 'utf8'), publicKey: pair.publicKey },
    connect: () => connect(options),
    async [Symbol.asyncDispose]() {
      await sister.close()
      await agent[Symbol.asyncDispose]()
      await server.stop()
      process.chdir(before.directory)
      for (const [name, value] of [['HOME', before.home], ['SSH_AUTH_SOCK', before.socket]] as const) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      home.remove()
    },
  }
}
