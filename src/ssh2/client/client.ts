import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { type Callback, tell } from '../tell.ts'
import { Connection } from './connection.ts'
import { clientError } from './errors.ts'
import { dial, given, isWritable } from './socket.ts'
import type { Sock } from './link.ts'
import type { Settings } from './settings.ts'

/** What `connect` takes. */
export interface ConnectConfig {
  host?: string | undefined
  port?: number | undefined
  username?: string | undefined
  password?: string | undefined
  privateKey?: string | Buffer | undefined
  passphrase?: string | undefined
  readyTimeout?: number | undefined
  debug?: ((text: string) => void) | undefined
  hostVerifier?: ((key: Buffer, verify: (good: boolean) => void) => unknown) | undefined
  sock?: Duplex | undefined
}

/** The client of `ssh2`: callbacks, events and Node's streams. */
export class Client extends EventEmitter {
  /** The stream below the connection. */
  _sock: Duplex | undefined
  #connection: Connection | undefined

  connect(config: ConnectConfig): this {
    if (isWritable(this._sock)) {
      this.once('close', () => this.connect(config))
      return this.end()
    }
    const port = config.port || 22
    const { hostVerifier } = config
    const settings: Settings = {
      username: config.username ?? '', password: config.password, privateKey: config.privateKey, passphrase: config.passphrase,
      readyTimeout: config.readyTimeout ?? 20000, keepaliveInterval: 0, keepaliveCountMax: 3, timeout: 0, strictVendor: true, ident: undefined, algorithms: {}, debug: config.debug,
      explainSocketError: (error) => Object.assign(error, { level: 'client-socket' as const }),
      judge: {
        known: async () => [],
        verify: (key) => new Promise((resolve, reject) => {
          const decide = (good: boolean) => good ? resolve() : reject(clientError('Host denied (verification failed)', { level: 'handshake', fatal: true }))
          if (!hostVerifier) return decide(false)
          tell(() => {
            const verdict = hostVerifier(key, decide)
            if (verdict !== undefined) decide(Boolean(verdict))
          })
        }),
      },
    }
    const dialled = config.sock ? given(config.sock as Sock) : dial({ host: config.host || 'localhost', port })
    this._sock = dialled.sock
    this.#connection = new Connection(this, settings, dialled)
    return this
  }

  #connected(): Connection {
    if (!this.#connection || !isWritable(this._sock)) throw new Error('Not connected')
    return this.#connection
  }

  sftp(env: NodeJS.ProcessEnv | Callback<[sftp?: unknown]>, callback?: Callback<[sftp?: unknown]>): this {
    const connection = this.#connected()
    const [variables, told] = typeof env === 'function' ? [undefined, env] : [env, callback!]
    connection.ask(async (session) => (await import('../sftp/index.ts')).openSftp(connection, session, variables), told)
    return this
  }

  end(): this {
    if (isWritable(this._sock)) this.#connection?.end()
    return this
  }

  destroy(): this {
    if (isWritable(this._sock)) this.#connection?.destroy()
    return this
  }
}
