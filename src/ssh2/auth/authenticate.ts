import type { Session } from '../../bindings/session/session.ts'
import { userauthSigned } from '../../bindings/session/signed-request.ts'
import { inAnotherTurn } from '../../core/turn.ts'
import { AuthenticationError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import { readAgentKey } from '../agents/agent-key.ts'
import type { AgentKey, GetIdentitiesCallback } from '../agents/base-agent.ts'
import { type ClientError, clientError } from '../client/errors.ts'
import type { Link } from '../client/link.ts'
import { ignore, tell } from '../tell.ts'
import { type ParsedKey, wipe } from '../utils/parsed-key.ts'
import type { Left } from './choice.ts'
import { hostbasedRequest } from './hostbased.ts'
import { type Attempt, attemptOf } from './login.ts'
import type { Prompt, PromptHandler } from './methods.ts'
import { algorithmsOf, signWithAgent, signWithKey } from './sign.ts'

/** Logs in as the configuration or the caller's function says. @throws ClientError `All configured authentication methods failed`; the error that ended the session */
export async function authenticate(link: Link, session: Session): Promise<void> {
  const { login } = link.settings
  const byEvent: PromptHandler = (...round) => { link.owner.emit('keyboard-interactive', ...round) }
  watchBanners(link, session)
  let left: Left = { methods: null, partialSuccess: null }
  for (;;) {
    const chosen = await login.choice(left)
    if (session.failure) throw session.failure
    if (chosen === false) throw clientError('All configured authentication methods failed', { level: 'client-authentication' })
    const attempt = attemptOf(chosen, login, byEvent)
    if (typeof attempt === 'string') {
      link.debug(attempt)
      await new Promise<void>((resolve) => inAnotherTurn(resolve))
      continue
    }
    link.debug(`Client: trying ${attempt.type}`)
    try {
      await tried(link, session, attempt, byEvent)
    } finally {
      if ('wiped' in attempt && attempt.wiped) wipe(attempt.key)
    }
    if (session.userauthAuthenticated()) return
    link.debug(`Client: ${attempt.type} auth failed`)
    left = session.userauthMethodsLeft() ?? left
  }
}

/** Tries one method. */
async function tried(link: Link, session: Session, attempt: Attempt, byEvent: PromptHandler): Promise<void> {
  switch (attempt.type) {
    case 'none': return void await asked(link, session, () => session.userauthList(attempt.username))
    case 'password': return void await asked(link, session, () => session.userauthPassword(attempt.username, attempt.password, newPassword(link)))
    case 'keyboard-interactive': return tryPrompts(link, session, attempt, attempt.prompt === byEvent)
    case 'publickey': return void await offered(link, session, attempt.username, attempt.key, async (data, algorithm) => signWithKey(attempt.key, data, algorithm))
    case 'hostbased': return tryHostbased(link, session, attempt)
    case 'agent': return tryAgent(link, session, attempt)
  }
}

/** A call of libssh2. False if the server refuses, or this side fails; an error of the caller or an agent is reported, but does not end the login. */
async function asked(link: Link, session: Session, call: () => unknown): Promise<boolean> {
  try {
    await session.complete(call)
    return true
  } catch (error) {
    if (session.failure) throw session.failure
    if ((error as ClientError).level !== undefined) link.tell('error', error)
    else if (!(error instanceof AuthenticationError)) link.debug(`Client: ${String(error)}`)
    return false
  }
}

type Sign = (data: Uint8Array, algorithm: string) => Promise<Uint8Array>

/** Offers a key, and again with SHA-1 if the caller allows it and nothing else works. True if it was accepted, alone or as one of several. */
async function offered(link: Link, session: Session, username: string, key: ParsedKey, sign: Sign): Promise<boolean> {
  const blob = key.getPublicSSH()
  const names = algorithmsOf(key, link.settings.login.sha1)
  const rounds = key.type === 'ssh-rsa' ? [names.filter((name) => name !== 'ssh-rsa'), names.filter((name) => name === 'ssh-rsa')] : [names]
  for (const round of rounds) {
    if (round.length === 0) continue
    const taken = await asked(link, session, () => session.userauthPublickey(username, blob, sign, round))
    if (taken || session.userauthMethodsLeft()?.partialSuccess) return true
  }
  return false
}

/** Tries the host's key with each signature algorithm, until the server accepts one. */
async function tryHostbased(link: Link, session: Session, attempt: Extract<Attempt, { type: 'hostbased' }>): Promise<void> {
  for (const algorithm of algorithmsOf(attempt.key, link.settings.login.sha1)) {
    let request: Uint8Array
    try {
      request = hostbasedRequest(session, attempt, algorithm)
    } catch (error) {
      link.tell('error', error)
      return
    }
    if (await asked(link, session, () => userauthSigned(session, request)) || session.userauthMethodsLeft()?.partialSuccess) return
  }
}

/** Tries the keys of an agent in order. */
async function tryAgent(link: Link, session: Session, { agent, username }: Extract<Attempt, { type: 'agent' }>): Promise<void> {
  let keys: readonly unknown[]
  try {
    keys = await new Promise<readonly unknown[]>((resolve, reject) => {
      const answer: GetIdentitiesCallback = (error, identities) => {
        if (error) reject(error)
        else if (Array.isArray(identities)) resolve(identities)
        else reject(new Error('Agent implementation failed to provide keys'))
      }
      tell(() => agent.getIdentities(answer))
    })
  } catch (error) {
    link.tell('error', Object.assign(error as Error, { level: 'agent' }))
    return
  }
  for (const [index, entry] of keys.entries()) {
    if (session.failure) throw session.failure
    const key = readAgentKey(entry as AgentKey)?.key
    if (!key) continue
    link.debug(`Agent: Trying key #${index + 1}`)
    if (await offered(link, session, username, key, (data, algorithm) => signWithAgent(agent, key, data, algorithm))) return
  }
}

/** Rounds of questions. Servers hang up if the number of answers differs from the number of questions, so missing ones are sent empty. */
async function tryPrompts(link: Link, session: Session, { username, prompt }: Extract<Attempt, { type: 'keyboard-interactive' }>, byEvent: boolean): Promise<void> {
  await asked(link, session, () => session.userauthKeyboardInteractive(username, ({ name, instruction, prompts }) => {
    if (prompts.length === 0) return []
    if (byEvent && link.owner.listenerCount('keyboard-interactive') === 0) throw new Error('nobody listens for keyboard-interactive')
    return new Promise<string[]>((resolve) => {
      const finish = (answers: unknown) => resolve(prompts.map((_, index) => String((answers as string[] | undefined)?.[index] ?? '')))
      const shown: Prompt[] = prompts.map(({ text, echo }) => ({ prompt: text, echo }))
      tell(() => prompt(name, instruction, '', shown, finish))
    })
  }))
}

/** Emits the event that asks for a new password; without a listener the old password has failed. */
function newPassword(link: Link): ((prompt: string) => Promise<string>) | undefined {
  if (link.owner.listenerCount('change password') === 0) return undefined
  return (prompt) => new Promise((resolve) => link.tell('change password', prompt, (password: unknown) => resolve(String(password))))
}

/** Reports the server's banners as they arrive, until the login is over. */
function watchBanners(link: Link, session: Session): void {
  let shown = 0
  session.complete(() => {
    const all = session.userauthBanner() ?? ''
    if (all.length > shown) link.tell('banner', all.slice(shown))
    shown = all.length
    return session.userauthAuthenticated() ? 0 : LIBSSH2_ERROR_EAGAIN
  }).catch(ignore)
}
