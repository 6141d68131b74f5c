import { readFileSync } from 'node:fs'
import { type AuthMethod, keyboardInteractive, password } from '../client/auth/authenticate.ts'
import { agent } from '../client/auth/agent.ts'
import { publicKey } from '../client/auth/public-key.ts'
import { AuthenticationError, KeyError } from '../errors/ssh-error.ts'
import { parsePrivateKey } from '../keys/files/parse-private-key.ts'
import type { PrivateKey } from '../keys/private-key.ts'
import type { SshConfig } from './ssh-config/ssh-config.ts'
import type { Terminal } from './terminal.ts'

/** How often a person may mistype, as ssh has it. */
const TRIES = 3

/** What ssh would try, in its order: the agent, the key files, prompts, a password. */
export function authMethods(config: SshConfig, terminal: Terminal): AuthMethod[] {
  const files = config.identityFiles.filter((path) => read(path) !== undefined)
  const socket = config.identityAgent ?? (process.env['SSH_AUTH_SOCK'] || undefined)
  const useAgent = socket !== undefined && socket !== 'none' && !(config.identitiesOnly && config.identityFilesNamed)
  return [
    ...useAgent ? [orNext(agent(socket === 'SSH_AUTH_SOCK' ? undefined : socket), 'agent', terminal)] : [],
    ...files.map((path) => orNext(keyFile(path, config, terminal), path, terminal)),
    ...config.batchMode ? [] : people(config, terminal),
  ]
}

function people(config: SshConfig, terminal: Terminal): AuthMethod[] {
  const who = `${config.user}@${config.hostName}`
  const answer = async (question: string, echo: boolean) => {
    const text = echo ? await terminal.ask(question) : await terminal.askSecret(question)
    if (text === undefined) throw new KeyError(`nobody can be asked: ${question.trim()}`, { code: 'ERR_NO_TERMINAL' })
    return text
  }
  return [
    keyboardInteractive(async (prompts, { name, instruction }) => {
      for (const text of [name, instruction]) if (text) terminal.tell(text)
      const answers: string[] = []
      for (const { text, echo } of prompts) answers.push(await answer(text, echo))
      return answers
    }),
    ...Array.from({ length: TRIES }, () => password(() => answer(`${who}'s password: `, false), { newPassword: (prompt) => answer(prompt, false) })),
  ]
}

/** A key file is opened when its turn comes; a passphrase is asked for only if the server would take the key. */
function keyFile(path: string, config: SshConfig, terminal: Terminal): AuthMethod {
  return {
    method: 'publickey',
    async authenticate(context) {
      const key = await openKey(path, config, terminal)
      const certificate = [...config.certificateFiles, `${path}-cert.pub`].map(read).find((text) => text !== undefined)
      await publicKey(key, certificate === undefined ? {} : { certificate }).authenticate(context)
    },
  }
}

async function openKey(path: string, { batchMode }: SshConfig, terminal: Terminal): Promise<PrivateKey> {
  const text = read(path) ?? ''
  for (let attempt = 0, passphrase: string | undefined; ; attempt++) {
    try {
      return await parsePrivateKey(text, { passphrase })
    } catch (error) {
      const again = error instanceof KeyError && (error.code === 'ERR_KEY_PASSPHRASE_REQUIRED' || error.code === 'ERR_KEY_PASSPHRASE_WRONG')
      if (!again || batchMode || attempt === TRIES) throw error
      passphrase = await terminal.askSecret(`Enter passphrase for key '${path}': `)
      if (passphrase === undefined) throw error
    }
  }
}

/** A key or an agent that cannot be used is told of and passed over, as ssh does. */
function orNext(method: AuthMethod, name: string, terminal: Terminal): AuthMethod {
  return {
    method: method.method,
    async authenticate(context) {
      try {
        await method.authenticate(context)
      } catch (error) {
        if (context.session.failure || error instanceof AuthenticationError || !(error instanceof Error)) throw error
        terminal.tell(`${name}: ${error.message}`)
        throw new AuthenticationError(`${name}: ${error.message}`, { code: 'ERR_AUTHENTICATION_FAILED', cause: error })
      }
    },
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
