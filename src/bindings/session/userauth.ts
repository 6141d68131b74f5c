import type { Bytes } from '../../ffi/exports.gen.ts'
import type { SessionHost } from '../../ffi/host.ts'
import { plainName } from '../../keys/key-types.ts'
import { parsePrivateKey } from '../../keys/files/parse-private-key.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import { Answers } from '../answers.ts'
import { bytes, callable, nameList, text } from '../arguments.ts'
import { AsyncCall } from '../async-call.ts'
import type { Again, Prepare, SessionContext } from '../session-context.ts'
import { decodeRound, encodeAnswers, type PromptFunction } from './prompt-round.ts'
import { CONTEXT, SessionTransport, type TransportHost } from './transport.ts'

/**
 * Signs `data` (RFC 4252 section 7) by `algorithm` (`ssh-ed25519`, `rsa-sha2-512`, …): the whole signature blob of RFC 4253 section 6.6,
 * at once or later.
 */
export type SignFunction = (data: Uint8Array, algorithm: string) => Uint8Array | Promise<Uint8Array>

/** Gives the new password that the server asks for; `prompt` is its text (RFC 4252 section 8). */
export type NewPasswordFunction = (prompt: string) => string | Promise<string>

export interface MethodsLeft {
  /** Methods that may continue (RFC 4252 section 5.1). */
  readonly methods: readonly string[]
  /** The last method was right, and more is asked. */
  readonly partialSuccess: boolean
}

/** The part of a session that is authentication: RFC 4252, RFC 4256. */
export abstract class SessionUserauth extends SessionTransport {
  readonly #answers: Answers
  readonly #asyncCalls: AsyncCall

  protected constructor(makeContext: (host: UserauthHost) => SessionContext) {
    super((host) => makeContext({
      ...host,
      sign: (data, algorithm) => this.#answers.ask(async (asked: SignFunction) => copyBytes(bytes(await asked(data, algorithm), 'the signature'))),
      prompt: (encoded) => this.#answers.ask(async (asked: PromptFunction) => {
        const round = decodeRound(encoded)
        return encodeAnswers(round, await asked(round))
      }),
      newPassword: (prompt) => this.#answers.ask(async (asked: NewPasswordFunction) => encoder.encode(text(await asked(prompt), 'the new password'))),
    }))
    this.#answers = new Answers(() => this[CONTEXT].running, () => this[CONTEXT].driver.wake())
    this.#asyncCalls = new AsyncCall(this[CONTEXT])
  }

  /** True once a request succeeded. libssh2_userauth_authenticated. */
  userauthAuthenticated(): boolean {
    return this[CONTEXT].plain((c, session) => c._libssh2_userauth_authenticated(session)) !== 0
  }

  /**
   * Asks with method `none` which methods may continue (RFC 4252 section 5.2).
   * @returns their names; `null` if `none` alone authenticated; or EAGAIN. libssh2_userauth_list.
   */
  userauthList(username: string): string[] | null | Again {
    this.needHandshake()
    const context = this[CONTEXT]
    return context.performForPointer({ lane: context.lane, call: ['userauthList', username] }, (scope) => {
      const user = scope.utf8(username, 'username')
      return (c, session) => {
        const list = c._libssh2_userauth_list(session, user.pointer, user.length)
        return list === 0 && c._libssh2_userauth_authenticated(session) ? AUTHENTICATED : list
      }
    }, (list) => list === AUTHENTICATED ? null : splitNames(context.heap.string(list)))
  }

  /** What the server's last refusal said. `null` before there was one. libssh2_userauth_methods_left (our patch). */
  userauthMethodsLeft(): MethodsLeft | null {
    const context = this[CONTEXT]
    using scope = context.heap.scope()
    const partial = scope.out()
    const list = context.plain((c, session) => c._libssh2_userauth_methods_left(session, partial))
    return list === 0 ? null : { methods: splitNames(context.heap.string(list)), partialSuccess: context.heap.i32(partial) !== 0 }
  }

  /** All banners for people that the server has sent so far (RFC 4252 section 5.4); `null` if none. libssh2_userauth_banner. */
  userauthBanner(): string | null {
    const context = this[CONTEXT]
    using scope = context.heap.scope()
    const out = scope.out()
    const rc = context.plain((c, session) => c._libssh2_userauth_banner(session, out))
    return rc === 0 ? context.heap.string(context.heap.u32(out) as Bytes) : null
  }

  /**
   * Authenticates by a password (RFC 4252 section 8). EAGAIN while the server, or whoever is asked for a new one, takes their time.
   * @param newPassword asked when the server wants the password changed; without it that ends in `ERR_LIBSSH2_PASSWORD_EXPIRED`.
   * @returns 0, or EAGAIN. @throws AuthenticationError if the server refuses. libssh2_userauth_password_ex.
   */
  userauthPassword(username: string, password: string, newPassword?: NewPasswordFunction): number {
    if (newPassword !== undefined) callable(newPassword, 'newPassword')
    return this.#ask(['userauthPassword', username, password], newPassword, (scope) => {
      const user = scope.utf8(username, 'username')
      const secret = scope.secret(password, 'password')
      const mayChange = Number(newPassword !== undefined)
      return (c, session) => c._glue_userauth_password(session, user.pointer, user.length, secret.pointer, secret.length, mayChange)
    })
  }

  /** A request in which `asked` may be asked something. */
  #ask(call: readonly unknown[], asked: unknown, prepare: Prepare<number>): number {
    this.needHandshake()
    const context = this[CONTEXT]
    const { lane } = context
    const step = context.step(lane, call)
    return this.#answers.during(step, asked, () => context.perform({ lane, step }, prepare))
  }

  /**
   * Answers the server's prompts (RFC 4256), in as many rounds as it asks.
   * @param respond a function, or one string that answers every prompt.
   * @returns 0, or EAGAIN, also while `respond` waits for somebody. @throws AuthenticationError if the server refuses. libssh2_userauth_keyboard_interactive_ex.
   */
  userauthKeyboardInteractive(username: string, respond: PromptFunction | string): number {
    const answer: PromptFunction = typeof respond === 'string' ? ({ prompts }) => prompts.map(() => respond) : callable(respond, 'respond')
    return this.#ask(['userauthKeyboardInteractive', username], answer, (scope) => {
      const user = scope.utf8(username, 'username')
      return (c, session) => c._glue_userauth_keyboard_interactive(session, user.pointer, user.length)
    })
  }

  /**
   * Authenticates by a signature from `sign`, which may take its time: EAGAIN meanwhile.
   * @param publicKey SSH public key blob, or a certificate's (RFC 4253 section 6.6).
   * @param algorithms signature algorithms that `sign` can make, preferred first; by default what the key's type has, `rsa-sha2-512` and `-256` for RSA.
   * @returns 0, or EAGAIN. @throws AuthenticationError if the server refuses; what `sign` throws. libssh2_userauth_publickey.
   */
  userauthPublickey(username: string, publicKey: Uint8Array, sign: SignFunction, algorithms?: readonly string[]): number {
    const key = bytes(publicKey, 'publicKey')
    callable(sign, 'sign')
    return this.#ask(['userauthPublickey', username, key], sign, (scope) => {
      const user = scope.utf8(username, 'username')
      const blob = scope.bytes(key)
      const names = algorithms ? scope.utf8(nameList(algorithms, 'algorithms', plainName), 'algorithms').pointer : 0 as Bytes
      return (c, session) => c._glue_userauth_publickey(session, user.pointer, user.length, blob.pointer, blob.length, names)
    })
  }

  /**
   * Authenticates by a private key in any format that `parsePrivateKey` reads. EAGAIN while it is parsed and signed with.
   * The last argument is not needed, the public key is derived; it is kept for the sake of libssh2's order of arguments.
   * @returns 0, or EAGAIN. @throws KeyError if the key cannot be read; AuthenticationError if the server refuses. libssh2_userauth_publickey_frommemory.
   */
  userauthPublickeyFromMemory(username: string, privateKey: string | Uint8Array, passphrase?: string | null, _publicKey?: unknown): number {
    this.needHandshake()
    text(username, 'username')
    const content = typeof privateKey === 'string' ? privateKey : bytes(privateKey, 'privateKey')
    const secret = passphrase == null ? undefined : text(passphrase, 'passphrase')
    const parse = () => parsePrivateKey(content, secret === undefined ? {} : { passphrase: secret })
    return this.#asyncCalls.callWith(['parsePrivateKey', content, secret], parse, (signer) => (
      this.userauthPublickey(username, signer.publicKey, (data, algorithm) => signer.sign(data, algorithm))
    ))
  }
}

/** No list of names, but a session that needs none. */
const AUTHENTICATED = 1 as Bytes

/** The callbacks of `SessionHost` up to this layer. */
export type UserauthHost = TransportHost & Pick<SessionHost, 'sign' | 'prompt' | 'newPassword'>

const encoder = new TextEncoder()

function splitNames(list: string | null): string[] {
  return (list ?? '').split(',').filter((name) => name !== '')
}
