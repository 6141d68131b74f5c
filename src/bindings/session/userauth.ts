import type { Bytes } from '../../ffi/exports.gen.ts'
import { encodeText } from '../../ffi/heap.ts'
import type { SessionHost } from '../../ffi/host.ts'
import { plainName } from '../../keys/key-types.ts'
import { parsePrivateKey } from '../../keys/files/parse-private-key.ts'
import { copyBytes } from '../../wire-format/bytes.ts'
import type { Answers } from '../answers.ts'
import { bytes, callable, nameList, text } from '../arguments.ts'
import type { AsyncCall } from '../async-call.ts'
import type { Again, Prepare, SessionContext } from '../session-context.ts'
import type { Handshake } from './handshake.ts'
import { decodeRound, encodeAnswers, type PromptFunction } from './prompt-round.ts'

/**
 * Signs `data` (RFC 4252 section 7) with `algorithm` (`ssh-ed25519`, `rsa-sha2-512`, …). Returns the whole signature blob of RFC 4253
 * section 6.6, at once or later.
 */
export type SignFunction = (data: Uint8Array, algorithm: string) => Uint8Array | Promise<Uint8Array>

/** Returns the new password that the server asks for; `prompt` is its text (RFC 4252 section 8). */
export type NewPasswordFunction = (prompt: string) => string | Promise<string>

export interface MethodsLeft {
  /** Methods that may continue (RFC 4252 section 5.1). */
  readonly methods: readonly string[]
  /** The last method succeeded, and the server asks for more. */
  readonly partialSuccess: boolean
}

/** The callbacks that C makes while it authenticates: each asks the function of its userauth call. */
export function questions(answers: Answers): Pick<SessionHost, 'sign' | 'prompt' | 'newPassword'> {
  return {
    sign: (data, algorithm) => answers.ask(async (asked: SignFunction) => copyBytes(bytes(await asked(data, algorithm), 'the signature'))),
    prompt: (encoded) => answers.ask(async (asked: PromptFunction) => {
      const round = decodeRound(encoded)
      return encodeAnswers(round, await asked(round))
    }),
    newPassword: (prompt) => answers.ask(async (asked: NewPasswordFunction) => encodeText(await asked(prompt), 'the new password')),
  }
}

/** Authentication (RFC 4252, RFC 4256): the methods of `Session` that begin with `userauth`. */
export class Userauth {
  readonly #context: SessionContext
  readonly #handshake: Handshake
  readonly #asyncCalls: AsyncCall
  readonly #answers: Answers

  constructor(context: SessionContext, handshake: Handshake, asyncCalls: AsyncCall, answers: Answers) {
    this.#context = context
    this.#handshake = handshake
    this.#asyncCalls = asyncCalls
    this.#answers = answers
  }

  list(username: string): string[] | null | Again {
    this.#handshake.needComplete()
    const context = this.#context
    return context.performForPointer({ lane: context.lane, call: ['userauthList', username] }, (scope) => {
      const user = scope.utf8(username, 'username')
      return (c, session) => {
        const list = c.libssh2_userauth_list(session, user.pointer, user.length)
        return list === 0 && c.libssh2_userauth_authenticated(session) ? AUTHENTICATED : list
      }
    }, (list) => list === AUTHENTICATED ? null : splitNames(context.heap.string(list)))
  }

  methodsLeft(): MethodsLeft | null {
    const context = this.#context
    return context.heap.scoped((scope) => {
      const partial = scope.out()
      const list = context.plain((c, session) => c.libssh2_userauth_methods_left(session, partial))
      return list === 0 ? null : { methods: splitNames(context.heap.string(list)), partialSuccess: context.heap.i32(partial) !== 0 }
    })
  }

  banner(): string | null {
    const context = this.#context
    return context.heap.scoped((scope) => {
      const out = scope.out()
      const rc = context.plain((c, session) => c.libssh2_userauth_banner(session, out))
      return rc === 0 ? context.heap.string(context.heap.u32(out) as Bytes) : null
    })
  }

  password(username: string, password: string, newPassword?: NewPasswordFunction): number {
    if (newPassword !== undefined) callable(newPassword, 'newPassword')
    return this.#ask(['userauthPassword', username, password], newPassword, (scope) => {
      const user = scope.utf8(username, 'username')
      const secret = scope.secret(password, 'password')
      const mayChange = Number(newPassword !== undefined)
      return (c, session) => c.glue_userauth_password(session, user.pointer, user.length, secret.pointer, secret.length, mayChange)
    })
  }

  keyboardInteractive(username: string, respond: PromptFunction | string): number {
    const answer: PromptFunction = typeof respond === 'string' ? ({ prompts }) => prompts.map(() => respond) : callable(respond, 'respond')
    return this.#ask(['userauthKeyboardInteractive', username], answer, (scope) => {
      const user = scope.utf8(username, 'username')
      return (c, session) => c.glue_userauth_keyboard_interactive(session, user.pointer, user.length)
    })
  }

  publickey(username: string, publicKey: Uint8Array, sign: SignFunction, algorithms?: readonly string[]): number {
    const key = bytes(publicKey, 'publicKey')
    callable(sign, 'sign')
    return this.#ask(['userauthPublickey', username, key], sign, (scope) => {
      const user = scope.utf8(username, 'username')
      const blob = scope.bytes(key)
      const names = algorithms ? scope.utf8(nameList(algorithms, 'algorithms', plainName), 'algorithms').pointer : 0 as Bytes
      return (c, session) => c.glue_userauth_publickey(session, user.pointer, user.length, blob.pointer, blob.length, names)
    })
  }

  publickeyFromMemory(username: string, privateKey: string | Uint8Array, passphrase: string | null | undefined): number {
    this.#handshake.needComplete()
    text(username, 'username')
    const content = typeof privateKey === 'string' ? privateKey : bytes(privateKey, 'privateKey')
    const secret = passphrase == null ? undefined : text(passphrase, 'passphrase')
    const parse = () => parsePrivateKey(content, secret === undefined ? {} : { passphrase: secret })
    return this.#asyncCalls.callWith(['parsePrivateKey', content, secret], parse, (signer) => (
      this.publickey(username, signer.publicKey, (data, algorithm) => signer.sign(data, algorithm))
    ))
  }

  /** A request during which C may call `asked`. */
  #ask(call: readonly unknown[], asked: unknown, prepare: Prepare<number>): number {
    this.#handshake.needComplete()
    const context = this.#context
    const { lane } = context
    const step = context.step(lane, call)
    return this.#answers.during(step, asked, () => context.perform({ lane, step }, prepare))
  }
}

/** Stands for a session that has authenticated without a list of names. */
const AUTHENTICATED = 1 as Bytes

function splitNames(list: string | null): string[] {
  return (list ?? '').split(',').filter((name) => name !== '')
}
