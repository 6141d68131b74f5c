import { able, callables, record } from '../../errors/arguments.ts'
import type { Ask } from '../../abort/deadline.ts'
import type { Session } from '../../bindings/session/session.ts'
import type { NewPasswordFunction } from '../../bindings/session/userauth.ts'
import type { Prompt, PromptRound } from '../../bindings/session/prompt-round.ts'
import type { Signer } from '../../keys/signers/signer.ts'

/** What an authentication method needs of the connection. */
export interface AuthContext {
  readonly session: Session
  readonly username: string
  /** Fires when the attempt to connect is over: aborted, timed out, or because the server has hung up. */
  readonly signal: AbortSignal
  /** Wraps questions to a person: the clock of `connectTimeout` stops until there is an answer. */
  readonly ask: Ask
  /** Whether SHA-1 signatures (`ssh-rsa`) are allowed. */
  readonly legacyAlgorithms: boolean
  /**
   * Offers a public key to the server and signs with it if the server accepts it. A login offers each key once, whichever method has it.
   * @param algorithms signature algorithms to use, preferred first, in place of the signer's; naming `ssh-rsa` allows SHA-1
   * @throws AuthenticationError if the server refuses, or asks for more (partial success); any error of the signer
   */
  offerKey(signer: Signer, algorithms?: readonly string[]): Promise<void>
  /** Records an error from which the method continues in another way: the error of a failed login lists it. */
  note(error: unknown): void
  /** Whether this login has already offered this key. */
  wasOffered(publicKey: Uint8Array): boolean
  /** Marks this key as preferred: if an agent holds it, it goes before the agent's other keys. */
  preferKey(publicKey: Uint8Array): void
  /** Whether `preferKey` was called with this key. */
  isPreferred(publicKey: Uint8Array): boolean
  /** Calls `close` when the login is over, however it ends. */
  atEnd(close: () => void): void
}

/**
 * One way to authenticate. The client tries the methods in the order given, as long as the server still accepts them (RFC 4252 section 5.1).
 * `publicKey`, `agent`, `password` and `keyboardInteractive` make one.
 */
export interface AuthMethod {
  /** The method's name in RFC 4252: `publickey`, `password`, `keyboard-interactive`, `none`. */
  readonly method: string
  /** Whether it offers every key that it finds. Methods that name one key go before it, because servers count each key as an attempt. */
  readonly manyKeys?: boolean
  /** Resolves if the server accepted; throws `AuthenticationError` if it refused, or asks for more (partial success). */
  authenticate(context: AuthContext): Promise<void>
}

/** Checks the context of a method that is called by hand: it must come from `connect()`, possibly with some parts replaced. */
export function checkContext(context: AuthContext): AuthContext {
  able(context?.session, 'the context of authenticate()', 'that which connect() gives', 'complete')
  return able(context, 'the context of authenticate()', 'that which connect() gives', 'ask', 'offerKey', 'atEnd')
}

/** Authenticates with a password. `options.newPassword` is called when the server wants it changed. */
export function password(secret: string | (() => string | Promise<string>), options: { readonly newPassword?: NewPasswordFunction } = {}): AuthMethod {
  const { newPassword } = record(options, 'options')
  callables({ newPassword })
  return {
    method: 'password',
    async authenticate(context) {
      const { session, username, signal, ask } = checkContext(context)
      const text = typeof secret === 'string' ? secret : await ask(secret)
      await session.complete(() => session.userauthPassword(username, text, newPassword && ((prompt) => ask(() => newPassword(prompt)))), { signal })
    },
  }
}

/** Answers one round of prompts with a string for each, at once or when a person has typed them. `round` has the server's name for it and its instruction. */
export type RespondFunction = (prompts: readonly Prompt[], round: PromptRound) => readonly string[] | Promise<readonly string[]>

/** Answers the server's prompts (RFC 4256), in as many rounds as the server asks; `respond` may be slow. */
export function keyboardInteractive(respond: RespondFunction): AuthMethod {
  return {
    method: 'keyboard-interactive',
    async authenticate(context) {
      const { session, username, signal, ask } = checkContext(context)
      await session.complete(() => session.userauthKeyboardInteractive(username, (round) => ask(() => respond(round.prompts, round))), { signal })
    },
  }
}
