import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { startGateway } from '../../examples/gateway/node.ts'
import { keyPair } from '../support/key-pairs.ts'
import { missingPeer } from '../support/require-peer.ts'
import { authorizedKeys, clientKeys, type SshServer } from '../support/ssh-server.ts'
import { type SshdOptions, startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import type { Environment } from './suite/case.ts'

/** Everything that the suite talks to. Owner: who started it. */
export interface Servers extends AsyncDisposable {
  readonly environment: Environment
  /** How often the re-keying server has begun a key exchange so far. */
  keyExchanges(): number
  /** Bytes that have come to the port that swallows everything. */
  swallowed(): number
}

type Cleanup = () => void | Promise<void>

/** A port that no test ever gets as a free one (tcpmux, RFC 1078). */
const REFUSING = 1
const token = 'a token/of+the tests'
const password = 'correct horse battery staple'

export async function startServers(): Promise<Servers> {
  const directory = temporaryDirectory('runtimes-server')
  const cleanups: Cleanup[] = [() => directory.remove()]
  const stop = async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean()
  }
  const sshd = async (options: SshdOptions) => {
    const server = await startSshd(options)
    cleanups.push(server.stop)
    return server
  }
  try {
    const keys = await clientKeys()
    writeFileSync(directory.file('authorized_keys'), authorizedKeys(keys))
    const login = missingPeer('sshd-login') === undefined ? { user: 'traveller', password } : undefined
    const main = await sshd({
      // Without such a user a password is asked for all the same, so that a wrong one can be refused.
      config: [`AuthorizedKeysFile ${directory.file('authorized_keys')}`, ...login ? [] : ['PasswordAuthentication yes']],
      ...login && { login },
    })
    const rekeying = await sshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 1M'], ...login && { login } })
    const echo = await listen(cleanups, (socket) => socket.pipe(socket))
    const silent = await listen(cleanups, () => {})
    const greeting = await listen(cleanups, (socket) => socket.end(randomBytes(100_000)))
    let swallowed = 0
    const swallowing = await listen(cleanups, (socket) => socket.on('data', (data) => { swallowed += data.length }))
    const closing = await listen(cleanups, (socket) => socket.end())
    const allow = [main.port, rekeying.port, echo, silent, greeting, swallowing, closing, REFUSING].map((port) => `127.0.0.1:${port}`)
    const gateway = await startGateway({ token, allow })
    cleanups.push(() => gateway.close())
    const bulk = randomBytes(20_000_000)
    writeFileSync(directory.file('bulk'), bulk)
    mkdirSync(directory.file('files'))
    const stranger = await keyPair('ed25519', 'host')
    return {
      environment: {
        host: main.host, port: main.port, username: main.user, password: login ? password : null,
        knownHosts: [main, rekeying].flatMap(knownHostsLines).join(''),
        // The key of a user in the place of the server's.
        changedKnownHosts: `[${main.host}]:${main.port} ${keys.ed25519.publicKey}\n`,
        privateKeys: Object.fromEntries(Object.entries(keys).map(([type, { privateKey }]) => [type, privateKey])),
        strangersKey: stranger.privateKey, authorizedKeys: directory.file('authorized_keys'),
        rekeyingPort: rekeying.port, echoPort: echo, silentPort: silent, greetingPort: greeting, swallowingPort: swallowing, closingPort: closing, refusingPort: REFUSING,
        file: { path: directory.file('bulk'), sha256: createHash('sha256').update(bulk).digest('hex') },
        directory: directory.file('files'), gateway: { url: gateway.url, token },
      },
      keyExchanges: () => rekeying.log().match(/SSH2_MSG_KEXINIT sent/g)?.length ?? 0,
      swallowed: () => swallowed,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const knownHostsLines = ({ host, port, hostKeys }: SshServer) => hostKeys.map(({ publicKey }) => `[${host}]:${port} ${publicKey}\n`)

/** A TCP server on a free port, which `cleanups` ends. */
async function listen(cleanups: Cleanup[], serve: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>()
  const server: Server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
