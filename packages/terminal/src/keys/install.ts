import { SSHError } from 'libssh2-wasm'
import { openConnection } from '../session/connection.ts'
import type { Session } from '../session/session.ts'

const FOLDER = '.ssh'
const FILE = `${FOLDER}/authorized_keys`

/** Writes a key into the server's `authorized_keys` over SFTP, and reports success only when a second connection has logged in with it. */
export class KeyInstaller {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Resolves with whether the line is new. @throws SSHError `ERR_KEY_NOT_ACCEPTED` if the server still does not accept the key. */
  async install(id: string): Promise<boolean> {
    const line = await this.#session.keys.line(id)
    const added = await this.#append(line)
    await this.#prove(id)
    return added
  }

  async #append(line: string): Promise<boolean> {
    await using sftp = await this.#session.client.sftp()
    const before = await sftp.exists(FILE) ? await sftp.readFile(FILE, 'utf8') : ''
    const key = line.split(' ').slice(0, 2).join(' ')
    if (before.split('\n').some((known) => !known.trimStart().startsWith('#') && known.includes(key))) return false
    if (!await sftp.exists(FOLDER)) await sftp.mkdir(FOLDER, { mode: 0o700 })
    const text = `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${line}\n`
    // Atomically: half of an authorized_keys would lock its owner out.
    await sftp.upload(new TextEncoder().encode(text), FILE, { atomic: true })
    if (before === '') await sftp.chmod(FILE, 0o600)
    return true
  }

  async #prove(id: string): Promise<void> {
    const session = this.#session
    if (!session.target) throw new Error('there is no connection')
    const never = () => { throw new SSHError('the server did not accept the key', { code: 'ERR_KEY_NOT_ACCEPTED' }) }
    const page = session.page()
    try {
      const { client, hops } = await openConnection({
        target: session.target, login: { password: '', key: id }, knownHosts: null, keys: session.keys, signal: AbortSignal.timeout(20_000),
        page: () => ({ ...page, ticket: (request) => page.ticket(request), confirmHostKey: async () => false, askPassword: async () => null, answerPrompts: async () => null }),
        network: { stalled() {}, resumed() {} }, onBanner() {},
      })
      for (const one of [client, ...hops]) await one.close().catch(() => {})
    } catch {
      never()
    }
  }
}
