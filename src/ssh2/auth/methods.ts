import type { BaseAgent } from '../agents/base-agent.ts'
import type { ParsedKey } from '../utils/parsed-key.ts'

/** Names of methods (RFC 4252); `agent` is `publickey` with an agent. */
export type AuthenticationType = 'password' | 'publickey' | 'hostbased' | 'agent' | 'keyboard-interactive' | 'none'

/** A question of the server. */
export interface Prompt {
  prompt: string
  /** The answer may be shown while it is typed. */
  echo?: boolean
}

/** Takes one answer for each question. */
export type KeyboardInteractiveCallback = (answers: string[]) => void
/** Receives a round of questions, and returns one answer for each. */
export type PromptHandler = (name: string, instructions: string, lang: string, prompts: Prompt[], finish: KeyboardInteractiveCallback) => void

/** Common to all attempts. */
export interface AuthMethod {
  type: AuthenticationType
  username: string
}

/** Asks for access without a credential. */
export interface NoAuthMethod extends AuthMethod {
  type: 'none'
}

/** With a password. */
export interface PasswordAuthMethod extends AuthMethod {
  type: 'password'
  password: string
}

/** With a key. */
export interface PublicKeyAuthMethod extends AuthMethod {
  type: 'publickey'
  key: ParsedKey | Buffer | string
  passphrase?: Buffer | string | undefined
}

/** With the key of the client's host, which vouches for its user (RFC 4252 section 9). */
export interface HostBasedAuthMethod extends AuthMethod {
  type: 'hostbased'
  localHostname: string
  localUsername: string
  key: ParsedKey | Buffer | string
  passphrase?: Buffer | string | undefined
}

/** The keys of an agent, in order. */
export interface AgentAuthMethod extends AuthMethod {
  type: 'agent'
  agent: BaseAgent | string
}

/** Answers the questions of the server (RFC 4256). */
export interface KeyboardInteractiveAuthMethod extends AuthMethod {
  type: 'keyboard-interactive'
  prompt: PromptHandler
}

/** One attempt to log in. */
export type AnyAuthMethod = NoAuthMethod | PasswordAuthMethod | HostBasedAuthMethod | PublicKeyAuthMethod | AgentAuthMethod | KeyboardInteractiveAuthMethod

/** Takes the next attempt; false: nothing is left. */
export type NextAuthHandler = (next: AuthenticationType | AnyAuthMethod | false) => void
/** Chooses the next attempt, with its return value or later with `next`; false: nothing is left. At first both other arguments are `null`. */
export type AuthHandlerMiddleware = (authsLeft: AuthenticationType[], partialSuccess: boolean, next: NextAuthHandler) => unknown
