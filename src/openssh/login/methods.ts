import { type AuthMethod, keyboardInteractive, password } from '../../client/auth/authenticate.ts'
import { printable } from '../../errors/printable.ts'
import { AuthenticationError, KeyError } from '../../errors/ssh-error.ts'
import type { SshConfig } from '../config/ssh-config.ts'
import type { Person } from '../person.ts'
import { type Identity, orderIdentities } from './identities.ts'
import { LoginAgent } from './login-agent.ts'

/** The order of ssh(1), without Kerberos and host-based authentication. */
const ORDER = ['publickey', 'keyboard-interactive', 'password']

/** The methods to try, and the resources to release after the login. */
export interface Login extends AsyncDisposable {
  readonly methods: readonly AuthMethod[]
  readonly identities: readonly Identity[]
}

/** The methods that ssh(1) would try, in its order, except those that the configuration forbids. */
export async function prepareLogin(config: SshConfig, person: Person): Promise<Login> {
  const enabled: Readonly<Record<string, boolean>> = {
    publickey: config.pubkeyAuthentication !== 'no',
    'keyboard-interactive': config.kbdInteractiveAuthentication && !config.batchMode,
    password: config.passwordAuthentication && !config.batchMode,
  }
  const order = (config.preferredAuthentications?.split(',') ?? ORDER).filter((name) => enabled[name])
  const agent = order.includes('publickey') ? await LoginAgent.open(config, person) : undefined
  const ended = new AbortController()
  const identities = order.includes('publickey') ? orderIdentities(await agent?.identities() ?? [], { config, person, agent: agent?.client, ended: ended.signal }) : []
  const made: Readonly<Record<string, () => readonly AuthMethod[]>> = {
    publickey: () => identities.map((identity) => byKey(identity, agent, person)),
    'keyboard-interactive': () => repeated(config, () => byAnswers(config, person)),
    password: () => byPassword(config, person),
  }
  return {
    methods: order.flatMap((name) => made[name]!()),
    identities,
    async [Symbol.asyncDispose]() {
      ended.abort()
      await agent?.[Symbol.asyncDispose]()
    },
  }
}

/** Reports a key that cannot be used, and skips it, as ssh does. */
function byKey(identity: Identity, agent: LoginAgent | undefined, person: Person): AuthMethod {
  return {
    method: 'publickey',
    async authenticate(context) {
      const { publicKey, source } = identity
      if (source === 'agent' && publicKey && !await agent?.permits(context.session, publicKey)) {
        person.tell(`Skipping public key: ${identity.name}: the agent does not let this host use it`, 'DEBUG')
        throw new AuthenticationError(`${identity.name}: the agent does not let this host use it`, { code: 'ERR_AUTHENTICATION_FAILED' })
      }
      person.tell(`Offering public key: ${identity.name}`, 'DEBUG')
      try {
        const signer = await context.ask(() => identity.signer())
        // Signing may ask for a passphrase, or ask the agent's user, without a time limit.
        await context.offerKey({ ...signer, sign: (data, algorithm) => context.ask(() => signer.sign(data, algorithm)) }, signer.algorithms)
      } catch (error) {
        if (context.session.failure || error instanceof AuthenticationError || !(error instanceof Error)) throw error
        context.signal.throwIfAborted()
        const exposed = error instanceof KeyError && error.message.endsWith('bad permissions')
        if (!exposed) person.tell(`${identity.name}: ${error.message}`, 'ERROR')
        throw new AuthenticationError(`${identity.name}: ${error.message}`, { code: 'ERR_AUTHENTICATION_FAILED', cause: error })
      }
    },
  }
}

function repeated<T>({ numberOfPasswordPrompts }: SshConfig, make: (attempt: number) => T): T[] {
  return Array.from({ length: numberOfPasswordPrompts }, (_, attempt) => make(attempt))
}

/** Whom a question is about, as OpenSSH says it (sshconnect2.c): not the alias that was typed. */
const account = ({ user, hostKeyAlias, hostName }: SshConfig) => `${user}@${hostKeyAlias ?? hostName.toLowerCase()}`

/**
 * A prompt of the server, behind the name of who asks: a server could pretend to be another one, such as the host behind it. Of several lines the first and
 * the last have it, since the answer is typed behind the last one.
 */
function named(config: SshConfig, prompt: string): string {
  const who = `(${account(config)}) `, last = prompt.lastIndexOf('\n') + 1
  return last === 0 ? who + prompt : who + prompt.slice(0, last) + who + prompt.slice(last)
}

function byAnswers(config: SshConfig, person: Person): AuthMethod {
  return keyboardInteractive(async (prompts, { name, instruction }) => {
    for (const text of [name, instruction]) if (text) person.tell(text, 'ERROR')
    const answers: string[] = []
    for (const { text, echo } of prompts) answers.push(await answer(named(config, text), echo, person))
    return answers
  })
}

function byPassword(config: SshConfig, person: Person): AuthMethod[] {
  return repeated(config, (attempt) => password(() => {
    if (attempt > 0) person.tell('Permission denied, please try again.', 'ERROR')
    return answer(`${account(config)}'s password: `, false, person)
  }, { newPassword: (prompt) => answer(named(config, prompt), false, person) }))
}

async function answer(question: string, echo: boolean, person: Person): Promise<string> {
  const text = echo ? await person.ask(question) : await person.askSecret(question)
  if (text === undefined) throw new KeyError(`there is no terminal on which to ask for ${printable(question.trim().replace(/:$/, ''))}`, { code: 'ERR_NO_TERMINAL' })
  return text
}
