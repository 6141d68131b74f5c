import { SSHError } from 'libssh2-wasm'
import { openConnection } from '../session/connection.ts'
import type { Session } from '../session/session.ts'

const FOLDER = '.ssh'
const FILE = `${FOLDER}/authorized_keys`
/** Milliseconds for the second login; a passkey asks a person. */
const PATIENCE = 20_000
const PATIENCE_WITH_PERSON = 120_000

/** Writes a key into the server's `authorized_keys` over SFTP, and reports success only when a second connection has logged in with it. */
export class KeyInstaller {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /**
   * Resolves with whether the line is new. @param days until the server refuses the key; `null`: no end
   * @throws SSHError `ERR_KEY_NOT_ACCEPTED` if the server still does not accept the key.
   */
  async install(id: string, days: number | null): Promise<boolean> {
    const line = await this.#session.keys.line(id)
    const added = await this.#append(line, days === null ? '' : `expiry-time="${expiry(days, Date.now())}" `)
    await this.#prove(id)
    return added
  }

  async #append(line: string, options: string): Promise<boolean> {
    await using sftp = await this.#session.client.sftp()
    const before = await sftp.exists(FILE) ? await sftp.readFile(FILE, 'utf8') : ''
    const key = line.split(' ').slice(0, 2).join(' ')
    if (before.split('\n').some((known) => !known.trimStart().startsWith('#') && known.includes(key))) return false
    await sftp.mkdir(FOLDER, { mode: 0o700, recursive: true })
    // In one write at the end: lines that others add or remove at the same time stay as they are, and a cut leaves no half of the file.
    await sftp.appendFile(FILE, `${before === '' || before.endsWith('\n') ? '' : '\n'}${options}${line}\n`, { mode: 0o600 })
    if (before === '') await sftp.chmod(FILE, 0o600)
    return true
  }

  async #prove(id: string): Promise<void> {
    const session = this.#session
    if (!session.target) throw new Error('there is no connection')
    const person = (await session.keys.list()).some((key) => key.id === id && key.kept === 'authenticator')
    const page = session.page()
    try {
      const { client } = await openConnection({
        target: session.target, login: { password: '', key: id }, knownHosts: session.knownHosts, keys: session.keys, signal: AbortSignal.timeout(person ? PATIENCE_WITH_PERSON : PATIENCE),
        // The way through the jump hosts is there already: only the target must take the key.
        through: session.connection?.hops.at(-1),
        page: () => ({ ...page, ticket: (request) => page.ticket(request), confirmHostKey: async () => false, askPassword: async () => null, answerPrompts: async () => null }),
        network: { stalled() {}, resumed() {} }, onBanner() {},
      })
      await client.close().catch(() => {})
    } catch (error) {
      throw new SSHError('the server did not accept the key', { code: 'ERR_KEY_NOT_ACCEPTED', cause: error })
    }
  }
}

/** The date of `expiry-time` (sshd(8)): 0 h, in the server's time zone, of the day after the last one. */
export function expiry(days: number, now: number): string {
  return new Date(now + (days + 1) * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
}
