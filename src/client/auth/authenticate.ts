import { able } from '../../errors/arguments.ts'
import type { Ask } from '../../abort/deadline.ts'
import type { Session } from '../../bindings/session/session.ts'
import type { NewPasswordFunction } from '../../bindings/session/userauth.ts'
import type { Prompt, PromptRound } from '../../bindings/session/prompt-round.ts'
import type { Signer } from '../../keys/signers/signer.ts'

/** What a method of authentication works on. */
export interface AuthContext {
  readonly session: Session
  readonly username: string
  /** Fires when the attempt to connect is over: aborted, out of time, or because the server has hung up. */
  readonly signal: AbortSignal
  /** For what asks a person: `connectTimeout` stands still until there is an answer. */
  readonly ask: Ask
  /** Signatures with SHA-1 (`ssh-rsa`) may be made. */
  readonly legacyAlgorithms: boolean
  /**
   * Offers a public key to the server and signs with it if the server takes it. In one login a key is offered once, whichever method has it.
   * @param algorithms signature algorithms to use, preferred first, in place of the signer's; naming `ssh-rsa` allows SHA-1
   * @throws AuthenticationError if the server refuses, or asks for more (partial success); what the signer throws
   */
  offerKey(signer: Signer, algorithms?: readonly string[]): Promise<void>
  /** Notes what went wrong before the method goes on in another way: the error of a login that fails lists it. */
  note(error: unknown): void
  /** Whether this key has been offered in this login. */
  wasOffered(publicKey: Uint8Array): boolean
  /** Says that this key is wanted: where an agent holds it, it goes before the agent's other keys. */
  preferKey(publicKey: Uint8Array): void
  /** Whether the key was named by `preferKey`. */
  isPreferred(publicKey: Uint8Array): boolean
  /** `close` is called when the login is over, however it ends. */
  atEnd(close: () => void): void
}

/**
 * One way to authenticate; the client goes through them in the order given, as long as the server still accepts their method (RFC 4252 section 5.1).
 * `publicKey`, `agent`, `password` and `keyboardInteractive` make one.
 */
export interface AuthMethod {
  /** Name of RFC 4252: `publickey`, `password`, `keyboard-interactive`, `none`. */
  readonly method: string
  /** It offers whatever keys it finds: methods that name one key go before it, because servers count each key as an attempt. */
  readonly manyKeys?: boolean
  /** Resolves if the server accepted; throws `AuthenticationError` if it refused, or asks for more (partial success). */
  authenticate(context: AuthContext): Promise<void>
}

/** For methods that are called by hand: what they work on comes from `connect()`, as it is or with parts of it replaced. */
export function checkContext(context: AuthContext): AuthContext {
  able(context?.session, 'the context of authenticate()', 'that which connect() gives', 'complete')
  return able(context, 'the context of authenticate()', 'that which connect() gives', 'ask', 'offerKey', 'atEnd')
}

/** Authenticates with a password. `options.newPassword` is asked when the server wants it changed. */
export function password(secret: string | (() => string | Promise<string>), options: { readonly newPassword?: NewPasswordFunction } = {}): AuthMethod {
  return {
    method: 'password',
    async authenticate(context) {
      const { session, username, signal, ask } = checkContext(context)
      const text = typeof secret === 'string' ? secret : await ask(secret)
      const { newPassword } = options
      await session.complete(() => session.userauthPassword(username, text, newPassword && ((prompt) => ask(() => newPassword(prompt)))), { signal })
    },
  }
}

/** Answers one round of prompts: a string for each, at once or when a person has typed them. `round` has the server's name for it and its instruction. */
export type RespondFunction = (prompts: readonly Prompt[], round: PromptRound) => readonly string[] | Promise<readonly string[]>

/** Answers the server's prompts (RFC 4256), in as many rounds as it asks; `respond` may take its time. */
export function keyboardInteractive(respond: RespondFunction): AuthMethod {
  return {
    method: 'keyboard-interactive',
    async authenticate(context) {
      const { session, username, signal, ask } = checkContext(context)
      await session.complete(() => session.userauthKeyboardInteractive(username, (round) => ask(() => respond(round.prompts, round))), { signal })
    },
  }
}
