import { isAgent, createAgent } from '../agents/index.ts'
import type { BaseAgent } from '../agents/base-agent.ts'
import { isParsedKey, type ParsedKey } from '../utils/parsed-key.ts'
import { parseKey } from '../utils/parse-key.ts'
import type { Choice } from './choice.ts'
import type { AuthenticationType, PromptHandler } from './methods.ts'

/** What the configuration says about the login. */
export interface Login {
  readonly username: string
  readonly password: string | undefined
  readonly privateKey: ParsedKey | undefined
  readonly agent: BaseAgent | undefined
  readonly tryKeyboard: boolean
  /** The host and the user that the host's own key, `privateKey`, vouches for. */
  readonly localHostname: string | undefined
  readonly localUsername: string | undefined
  readonly choice: Choice
  /** SHA-1 signatures are allowed: the caller named `ssh-rsa`. */
  readonly sha1: boolean
}

/** One attempt, checked. `wiped`: its key was parsed for it alone, and is zeroed after it. */
export type Attempt =
  | { readonly type: 'none', readonly username: string }
  | { readonly type: 'password', readonly username: string, readonly password: string }
  | { readonly type: 'publickey', readonly username: string, readonly key: ParsedKey, readonly wiped: boolean }
  | { readonly type: 'hostbased', readonly username: string, readonly key: ParsedKey, readonly localHostname: string, readonly localUsername: string, readonly wiped: boolean }
  | { readonly type: 'agent', readonly username: string, readonly agent: BaseAgent }
  | { readonly type: 'keyboard-interactive', readonly username: string, readonly prompt: PromptHandler }

/** The methods for which the configuration has data, in order. */
export function methodsOf({ password, privateKey, agent, tryKeyboard, localHostname, localUsername }: Omit<Login, 'choice'>): AuthenticationType[] {
  const has: Readonly<Record<AuthenticationType, boolean>> = {
    none: true, password: password !== undefined, publickey: privateKey !== undefined, agent: agent !== undefined, 'keyboard-interactive': tryKeyboard,
    hostbased: privateKey !== undefined && localHostname !== undefined && localUsername !== undefined,
  }
  return (Object.keys(has) as AuthenticationType[]).filter((name) => has[name])
}

/** The chosen method as an attempt, or the reason to skip it. @param ask asks with the event */
export function attemptOf(chosen: unknown, login: Login, ask: PromptHandler): Attempt | string {
  if (typeof chosen === 'string') return byName(chosen, login, ask)
  if (typeof chosen !== 'object' || chosen === null) return `Skipping invalid authentication attempt: ${String(chosen)}`
  const { type, username, password, agent, prompt, key, passphrase, localHostname, localUsername } = chosen as Record<string, unknown>
  if (typeof username !== 'string') return 'Skipping invalid authentication attempt: it has no username'
  switch (type) {
    case 'none': return { type, username }
    case 'password':
      if (typeof password !== 'string' && !(password instanceof Uint8Array)) return 'Skipping invalid password auth attempt'
      return { type, username, password: typeof password === 'string' ? password : Buffer.from(password).toString() }
    case 'publickey': {
      const parsed = isParsedKey(key) ? key : parseKey(key as Buffer, passphrase as Buffer)
      if (parsed instanceof Error) return 'Skipping invalid key auth attempt'
      return parsed.isPrivateKey() ? { type, username, key: parsed, wiped: parsed !== key } : 'Skipping non-private key'
    }
    case 'hostbased': {
      const parsed = isParsedKey(key) ? key : parseKey(key as Buffer, passphrase as Buffer)
      if (parsed instanceof Error || typeof localHostname !== 'string' || typeof localUsername !== 'string') return 'Skipping invalid hostbased auth attempt'
      return parsed.isPrivateKey() ? { type, username, key: parsed, localHostname, localUsername, wiped: parsed !== key } : 'Skipping non-private key'
    }
    case 'agent': {
      const found = typeof agent === 'string' && agent !== '' ? createAgent(agent) : agent
      return isAgent(found) ? { type, username, agent: found } : 'Skipping invalid agent'
    }
    case 'keyboard-interactive':
      return typeof prompt === 'function' ? { type, username, prompt: prompt as PromptHandler } : 'Skipping invalid keyboard-interactive auth attempt'
    default: return `Skipping unsupported authentication method: ${String(type)}`
  }
}

function byName(name: string, login: Login, ask: PromptHandler): Attempt | string {
  const { username, password, privateKey, agent, localHostname, localUsername } = login
  if (!methodsOf(login).includes(name as AuthenticationType)) return `Authentication method not allowed: ${name}`
  switch (name) {
    case 'password': return { type: name, username, password: password! }
    case 'publickey': return { type: name, username, key: privateKey!, wiped: false }
    case 'hostbased': return { type: name, username, key: privateKey!, localHostname: localHostname!, localUsername: localUsername!, wiped: false }
    case 'agent': return { type: name, username, agent: agent! }
    case 'keyboard-interactive': return { type: name, username, prompt: ask }
    default: return { type: 'none', username }
  }
}
