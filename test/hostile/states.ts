/** Where in a session a hostile server begins to lie, and what kind of session it is. */
export interface State {
  readonly name: string
  /** The point of `serveSession` at which it lies. */
  readonly point: string
  readonly strict: boolean
  readonly auth: 'none' | 'password' | 'keyboard-interactive' | 'publickey'
  /** The server is asked whether it would take the key, before it is signed for. */
  readonly asks: boolean
  readonly sftp: boolean
  readonly rekey: boolean
  /** Strict key exchange is agreed upon and not over: whatever does not belong there must end the session (Terrapin, CVE-2023-48795). */
  readonly nothingElse: boolean
}

const state = (point: string, rest: Partial<State> = {}): State =>
  ({ name: point, point, strict: true, auth: 'none', asks: false, sftp: false, rekey: false, nothingElse: false, ...rest })

const inKeyExchange = ['before KEXINIT', 'before the reply of the key exchange', 'before NEWKEYS']

export const states: readonly State[] = [
  ...inKeyExchange.map((point) => state(point, { nothingElse: true })),
  ...inKeyExchange.map((point) => state(point, { name: `${point}, not strict`, strict: false })),
  state('before SERVICE_ACCEPT'),
  state('asked for methods'),
  state('asked for password', { auth: 'password' }),
  state('new password asked for', { auth: 'password' }),
  state('asked for publickey', { auth: 'publickey' }),
  state('asked about a key', { point: 'asked for publickey', auth: 'publickey', asks: true }),
  state('key accepted', { auth: 'publickey', asks: true }),
  state('signed', { auth: 'publickey', asks: true }),
  state('asked for keyboard-interactive', { auth: 'keyboard-interactive' }),
  state('prompts answered', { auth: 'keyboard-interactive' }),
  state('logged in'),
  state('channel opening'),
  state('request pending'),
  state('streaming'),
  state('re-key', { rekey: true }),
  state('re-key, before NEWKEYS', { rekey: true }),
  state('re-keyed', { rekey: true }),
  state('half closed'),
  state('channel closed'),
  state('SFTP open', { sftp: true }),
]
