import type { Client } from '../../client/client.ts'
import { readSshConfig } from '../../openssh/config/ssh-config.ts'
import type { ConfigOption } from '../../openssh/config/reader.ts'
import { type Connection, openConnection } from '../../openssh/connect/connection.ts'
import type { SftpClient } from '../../sftp/client/sftp-client.ts'
import type { SftpFlowOptions } from '../../sftp/transfer/flow.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { TransferConnection } from './options.ts'

/** A host with the user and port that were named with it. */
export interface NamedHost {
  readonly host: string
  readonly options: readonly ConfigOption[]
}

/** The connections of one command, one for each host. */
export class Hosts implements AsyncDisposable {
  readonly #shared: TransferConnection
  readonly #terminal: Terminal
  readonly #flow: SftpFlowOptions
  readonly #open = new Map<string, Promise<Connection>>()
  readonly #sftp = new Map<string, Promise<SftpClient>>()

  constructor(shared: TransferConnection, terminal: Terminal, flow: SftpFlowOptions) {
    this.#flow = flow
    this.#shared = shared
    this.#terminal = terminal
  }

  async client(place: NamedHost): Promise<Client> {
    return (await this.#connection(place)).client
  }

  sftp(place: NamedHost): Promise<SftpClient> {
    return entry(this.#sftp, keyOf(place), async () => (await this.client(place)).sftp(this.#flow))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#open.values()) await connection.then((open) => open[Symbol.asyncDispose](), () => {})
  }

  #connection(place: NamedHost): Promise<Connection> {
    return entry(this.#open, keyOf(place), async () => {
      const { options, file, level } = this.#shared
      if (level) this.#terminal.level = level
      // Options given with the host itself come first.
      const config = await readSshConfig({
        host: place.host, file, options: [...place.options, ...options], sessionType: 'subsystem', command: 'sftp',
        onDetail: (text) => { this.#terminal.tell(text, 'DEBUG') }, onWarning: (text) => { this.#terminal.tell(text) },
      })
      if (!level) this.#terminal.level = config.logLevel
      return openConnection(config, { person: this.#terminal, file })
    })
  }
}

const keyOf = ({ host, options }: NamedHost) => JSON.stringify([host, options])

function entry<T>(map: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = map.get(key)
  if (known) return known
  const made = make()
  map.set(key, made)
  return made
}
